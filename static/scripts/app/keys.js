// Single keys press the link or button that carries them: J and K walk, A accepts, R returns.
(() => {
  const typing = (element) => element && (element.isContentEditable
    || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(radio|checkbox|button|submit)$/.test(element.type));

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (typing(document.activeElement) || document.querySelector('dialog[open]')) return;
    const key = event.key.toLowerCase();
    const target = [...document.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key && !one.disabled);
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.click();
  });
})();
