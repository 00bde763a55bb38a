// Live count under a field. Words: each Han, kana or Hangul sign is one, each run of other letters or
// digits is one. Characters: as the server counts, by code point.
(() => {
  const SIGN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
  const RUN = /[\p{L}\p{N}]+(?:['’\-.,][\p{L}\p{N}]+)*/gu;
  const words = (text) => (text.match(SIGN) || []).length + (text.replace(SIGN, ' ').match(RUN) || []).length;
  const characters = (text) => [...text].length;

  const show = (field) => {
    const output = document.querySelector(`output[for="${CSS.escape(field.id)}"]`);
    if (output) output.textContent = (field.dataset.count === 'words' ? words : characters)(field.value);
  };

  document.addEventListener('input', (event) => {
    if (event.target.dataset && event.target.dataset.count) show(event.target);
  });
  const arrive = (root) => root.querySelectorAll('[data-count]').forEach(show);
  arrive(document);
  document.addEventListener('htmx:load', (event) => arrive(event.target));
})();
