// Sheets, menus and lines that close. Openers are links: without this script they lead to a page.
(() => {
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    }
    const line = event.target.closest('[data-dismiss]');
    if (line) line.closest('[data-line]').remove();
    document.querySelectorAll('details[data-menu][open]').forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('details[data-menu][open]');
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });

  const arrive = (root) => {
    root.querySelectorAll('dialog[data-open]:not([open])').forEach((dialog) => dialog.showModal());
    const first = root.querySelector('[data-focus]');
    if (first) first.focus();
  };
  arrive(document);
  document.addEventListener('htmx:load', (event) => {
    if (event.target !== document.body) arrive(event.target);
  });
})();
