// A form that was sent says so and cannot be sent twice. `data-repeat` on the form turns it off.
(() => {
  const buttonsOf = (form) => [...form.elements].filter((one) => one.type === 'submit');

  const rest = (form) => {
    delete form.dataset.sent;
    for (const button of buttonsOf(form)) {
      button.removeAttribute('aria-busy');
      const words = button.querySelector('[data-label]');
      if (words && words.dataset.idle) words.textContent = words.dataset.idle;
    }
  };

  const work = (form, button) => {
    form.dataset.sent = '';
    if (!button) return;
    button.setAttribute('aria-busy', 'true');
    const words = button.querySelector('[data-label]');
    if (!words || !button.dataset.busy) return;
    words.dataset.idle = words.textContent;
    words.textContent = button.dataset.busy;
  };

  const applies = (form) => form.method === 'post' && form.dataset.repeat === undefined;

  // Before htmx and the browser see it: a second sending stops here.
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.sent !== undefined) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // After everybody else: nobody refused it, or htmx took it over.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!applies(form)) return;
    const byHtmx = form.matches('[hx-post], [data-hx-post]');
    if (!event.defaultPrevented || byHtmx) work(form, event.submitter);
  });

  document.addEventListener('htmx:afterRequest', (event) => {
    const form = event.detail.requestConfig.elt.closest('form');
    if (form) rest(form);
  });

  // A page that comes back from the browser's memory is as it was before sending.
  window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(rest));
})();
