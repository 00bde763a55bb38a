// Wide tables and code in rendered text scroll by themselves; the keyboard must reach them.
(() => {
  const arrive = (root) => root.querySelectorAll('.prose :is(pre, table)').forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
  arrive(document);
  document.addEventListener('htmx:load', (event) => arrive(event.target));
})();
