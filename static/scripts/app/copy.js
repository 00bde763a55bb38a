// One tap copies. Where the browser forbids it, the text is selected so that a long press does.
(() => {
  const source = (button) => document.getElementById(button.dataset.copyFrom || '');
  const textOf = (button) => {
    if (button.dataset.copy !== undefined) return button.dataset.copy;
    const element = source(button);
    return element ? (element.value ?? element.textContent).trim() : '';
  };

  const oldWay = (text) => {
    const field = document.createElement('textarea');
    field.value = text;
    field.readOnly = true;
    field.className = 'sr-only';
    document.body.append(field);
    field.select();
    field.setSelectionRange(0, text.length);
    const done = document.execCommand('copy');
    field.remove();
    return done;
  };

  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { return oldWay(text); }
  };

  const select = (element) => {
    if (!element) return;
    if (element.select) { element.focus(); element.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy], [data-copy-from]');
    if (!button) return;
    event.preventDefault();
    const words = button.querySelector('[data-label]') || button;
    if (words.dataset.idle === undefined) words.dataset.idle = words.textContent;
    const done = await copy(textOf(button));
    if (!done) select(source(button));
    words.textContent = (done ? button.dataset.copied : button.dataset.manual) || words.dataset.idle;
    button.focus();
    if (!done) select(source(button));
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => { words.textContent = words.dataset.idle; }, 2500);
  });
})();
