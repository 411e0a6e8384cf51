"""What a browser is asked of a page: which texts are outside the window or cut, and which are faint."""

# Every text that is outside the window or cut, and the contrast of every text against what is painted behind it.
OVERFLOW = """() => [...document.querySelectorAll('.wall *')].filter((e) => {
  if (e.closest('.sheet') || e.closest('.hidden') || !e.clientWidth) return false;
  if (e.matches('.tile')) return e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1;
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) return false;
  const box = e.getBoundingClientRect(), low = innerWidth >= 600 && box.bottom > innerHeight + 1;
  return box.right > innerWidth + 1 || box.left < -1 || low || (e.clientWidth && e.scrollWidth > e.clientWidth + 2);
}).map((e) => (e.id || e.className) + ': ' + e.textContent)"""
CONTRAST = """(least) => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('.wall *, .page *')].filter((e) => e.offsetWidth && !e.closest('.hidden')
      && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())).map((e) => {
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
    return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), (e.id || e.className) + ': ' + e.textContent];
  }).filter(([ratio]) => ratio < least).map(([ratio, what]) => ratio.toFixed(2) + ' ' + what);
}"""

# Texts of a page of cards that reach outside the window, or are cut and are no topic.
CUT = """() => [...document.querySelectorAll('.page *')].filter((e) => {
  if (e.closest('.hidden, .skip, .c-topic, svg') || !e.clientWidth || !e.checkVisibility()) return false;
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) return false;
  const box = e.getBoundingClientRect();
  return box.right > innerWidth + 1 || box.left < -1 || e.scrollWidth > e.clientWidth + 2;
}).map((e) => (e.id || e.className) + ': ' + e.textContent)"""

# What can be pressed and is smaller than a finger, or has no name.
SMALL = """() => [...document.querySelectorAll('.page :is(a, button, summary)')].filter((e) => {
  const box = e.getBoundingClientRect();
  if (!box.width || e.matches('.skip, .inline') || !e.checkVisibility()) return false;  // in a sentence: WCAG 2.5.8
  return box.height < 47.5 || box.width < 47.5 || !e.textContent.trim();
}).map((e) => e.textContent + ' ' + e.getBoundingClientRect().height)"""
