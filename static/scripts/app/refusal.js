// A refused part never disappears silently and never takes the form's place: the server's words, or
// ours when none came, stand in the flash line.
(() => {
  const tell = () => {
    const line = document.getElementById('flash');
    const words = document.getElementById('broken');
    if (line && words) line.replaceChildren(words.content.cloneNode(true));
  };

  document.addEventListener('htmx:beforeSwap', (event) => {
    const { xhr } = event.detail;
    const line = document.getElementById('flash');
    if (!line || xhr.status < 400 || xhr.status === 422) return;
    if (!xhr.response.includes('data-refusal')) { tell(); return; }
    event.detail.shouldSwap = true;
    event.detail.target = line;
    event.detail.swapOverride = 'innerHTML';
  });
  document.addEventListener('htmx:sendError', tell);
  document.addEventListener('htmx:timeout', tell);
})();
