// Nothing typed is lost: forms with data-draft-url save to the server while typing. What could not be
// saved or sent stays on the device and comes back with the form, after signing in again if need be.
(() => {
  const PREFIX = 'draft:';
  const WAIT = 1500;
  const waiting = new WeakMap();
  const slot = (form) => PREFIX + form.dataset.draftUrl;

  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const keep = (key, copy) => { try { localStorage.setItem(key, JSON.stringify(copy)); } catch { /* full or forbidden */ } };
  const drop = (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } };

  const typed = (form) => [...form.elements].filter((one) => one.name && one.name !== 'csrf_token'
    && (one.tagName === 'TEXTAREA' || /^(text|number|url|email|search|tel)$/.test(one.type)));
  const texts = (form) => Object.fromEntries(typed(form).map((one) => [one.name, one.value]));

  const tell = (form, kind) => {
    const note = form.querySelector('[data-draft-note]');
    if (!note || !note.dataset[kind]) return;
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
    note.textContent = note.dataset[kind].replace('{time}', time);
  };

  // Which draft of the server's the form last saw; a device that has not seen the newest does not write over it.
  const known = (form) => form.elements.namedItem('known');
  const learn = (form, mark) => { if (known(form) && mark !== null) known(form).value = mark; };
  const offer = (form, mark) => {
    const choice = form.querySelector('[data-draft-choice]');
    if (!choice) return;
    choice.hidden = mark === null;
    if (mark !== null) choice.dataset.mark = mark;
  };

  const save = async (form) => {
    const before = texts(form);
    keep(slot(form), { texts: before, sent: false, known: known(form)?.value });
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const token = document.querySelector('meta[name="csrf-token"]');
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: 'POST', body, redirect: 'error', headers: token ? { 'X-CSRFToken': token.content } : {},
      });
      if (answer.status === 401) { tell(form, 'ended'); return; }
      if (answer.status === 409) { tell(form, 'elsewhere'); offer(form, answer.headers.get('Draft-Mark')); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      learn(form, answer.headers.get('Draft-Mark'));
      offer(form, null);
      if (JSON.stringify(texts(form)) === JSON.stringify(before)) drop(slot(form));
      tell(form, 'saved');
    } catch { tell(form, 'kept'); }
  };

  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (!form || form.dataset.draftUrl === undefined) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), WAIT));
  });

  // Sent is not yet arrived: the copy stays until a page of a signed-in person proves that it did.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.draftUrl === undefined) return;
    clearTimeout(waiting.get(form));
    keep(slot(form), { texts: texts(form), sent: true });
  });
  document.addEventListener('click', (event) => {
    const take = event.target.closest('[data-draft-take]');
    if (!take) return;
    const form = take.form;
    if (take.dataset.draftTake === 'theirs') { clearTimeout(waiting.get(form)); drop(slot(form)); location.reload(); return; }
    learn(form, take.closest('[data-draft-choice]').dataset.mark);
    save(form);
  });

  document.addEventListener('htmx:afterRequest', (event) => {
    const form = event.detail.requestConfig.elt.closest('form[data-draft-url]');
    if (form && event.detail.xhr) learn(form, event.detail.xhr.getResponseHeader('Draft-Mark'));
    if (form && event.detail.xhr && (event.detail.successful || event.detail.xhr.status === 422)) drop(slot(form));
  });

  const arrived = 'signedIn' in document.body.dataset && !('refused' in document.body.dataset);
  const kept = () => { try { return Object.keys(localStorage).filter((one) => one.startsWith(PREFIX)); } catch { return []; } };
  for (const key of kept()) {
    const copy = read(key);
    if (!copy || (copy.sent && arrived)) drop(key);
    else if (copy.sent) keep(key, { ...copy, sent: false });
  }

  const restore = (form) => {
    const copy = read(slot(form));
    if (!copy || copy.sent) return;
    for (const one of typed(form)) if (copy.texts[one.name]) one.value = copy.texts[one.name];
    learn(form, copy.known ?? null);
    tell(form, 'restored');
    form.querySelectorAll('textarea').forEach((one) => one.dispatchEvent(new Event('input', { bubbles: true })));
  };
  document.querySelectorAll('form[data-draft-url]').forEach(restore);
  document.addEventListener('htmx:load', (event) => {
    if (event.target !== document.body) event.target.querySelectorAll('form[data-draft-url]').forEach(restore);
  });
})();
