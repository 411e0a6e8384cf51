// Shows what a place's data-markup says (dashboard/markup.py), which the server has escaped.
(() => {
  const shown = new WeakMap();
  const show = () => {
    for (const place of document.querySelectorAll("[data-markup]")) {
      const markup = place.dataset.markup;
      if (shown.get(place) === markup) continue;
      shown.set(place, markup);
      place.innerHTML = markup;
    }
  };
  new MutationObserver(show).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-markup"],
  });
})();
