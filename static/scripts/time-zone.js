// The device knows its time zone: a list that nobody has touched yet starts with it.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  for (const list of document.querySelectorAll('select[data-time-zone]')) {
    if (![...list.options].some((option) => option.value === zone)) list.prepend(new Option(zone, zone));
    list.value = zone;
  }
})();
