// The device knows its time zone: a list that nobody has touched yet starts with it.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  const spoken = () => {
    const words = new Intl.DateTimeFormat(document.documentElement.lang, { timeZoneName: 'long' });
    return words.formatToParts().find((part) => part.type === 'timeZoneName').value;
  };
  for (const list of document.querySelectorAll('select[data-time-zone]')) {
    if (![...list.options].some((option) => option.value === zone)) list.prepend(new Option(spoken(), zone));
    list.value = zone;
  }
})();
