// Passkeys: the page carries what the server asks, the device answers, the answer is sent as a form.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const withIds = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (asked, signal) => {
    const made = await navigator.credentials.create({
      signal,
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: withIds(asked.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
      extensions: JSON.stringify(made.getClientExtensionResults()),
    };
  };

  const get = async (asked, signal) => {
    const found = await navigator.credentials.get({
      signal,
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: withIds(asked.allowCredentials) },
    });
    const { authenticatorData, clientDataJSON, signature, userHandle } = found.response;
    return {
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      response: {
        authenticatorData: text(authenticatorData),
        clientDataJSON: text(clientDataJSON),
        signature: text(signature),
        userHandle: userHandle ? text(userHandle) : null,
      },
      assertionClientExtensions: JSON.stringify(found.getClientExtensionResults()),
    };
  };

  // Asking again gives up what is still being asked: a browser allows one question at a time.
  let running;
  const start = async (form) => {
    const note = form.querySelector('[data-passkey-note]');
    if (running) running.abort();
    const mine = running = new AbortController();
    try {
      const asked = JSON.parse(form.dataset.options);
      const answer = await (form.dataset.passkey === 'create' ? create : get)(asked, mine.signal);
      form.elements.credential.value = JSON.stringify(answer);
      form.requestSubmit();
    } catch {
      if (mine === running) note.textContent = note.dataset.failed;
    }
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.querySelector('[data-passkey-start]').addEventListener('click', () => start(form));
    start(form);
  }
})();
