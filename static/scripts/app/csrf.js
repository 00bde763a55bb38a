// Every htmx request carries the token that hidden fields carry in plain forms.
(() => {
  const token = document.querySelector('meta[name="csrf-token"]');
  document.addEventListener('htmx:configRequest', (event) => {
    if (token && event.detail.verb !== 'get') event.detail.headers['X-CSRFToken'] = token.content;
  });
})();
