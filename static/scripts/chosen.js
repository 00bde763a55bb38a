// Payouts chosen in a form: how many, and their sum by currency, while boxes are ticked; all at once by the link.
(() => {
  const boxes = (form) => [...form.querySelectorAll('input[type=checkbox][data-sum]')];
  const written = (minor, currency) => {
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  };

  const show = (form) => {
    const output = form.querySelector('[data-chosen]');
    const sums = new Map();
    const chosen = boxes(form).filter((box) => box.checked);
    for (const box of chosen) {
      const { currency, sum } = box.dataset;
      sums.set(currency, (sums.get(currency) || 0) + Number(sum));
    }
    const sum = [...sums].map(([currency, minor]) => written(minor, currency)).join(' + ');
    output.textContent = chosen.length ? output.dataset.said.replace('{n}', chosen.length).replace('{sum}', sum) : '';
  };

  for (const output of document.querySelectorAll('[data-chosen]')) {
    const form = output.closest('form');
    form.addEventListener('change', () => show(form));
    form.querySelector('[data-choose-all]').addEventListener('click', (event) => {
      event.preventDefault();
      const all = boxes(form).every((box) => box.checked);
      for (const box of boxes(form)) box.checked = !all;
      show(form);
    });
    show(form);
  }
})();
