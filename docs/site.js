// The theme puts the button that copies a block of code into a landmark without a name: it gets one of its own.
// A table that is wider than its place scrolls, so the keyboard must reach it.
let block = 0;
let table = 0;
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const place = target.closest(".md-typeset__scrollwrap");
    if (place.scrollWidth > place.clientWidth) {
      place.tabIndex = 0;
    } else {
      place.removeAttribute("tabindex");
    }
  }
});
new MutationObserver(() => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([aria-label])")) {
    nav.setAttribute("aria-label", `Code block ${++block}`);
  }
  for (const place of document.querySelectorAll(".md-typeset__scrollwrap:not([aria-label])")) {
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", `Table ${++table}`);
    sizes.observe(place);
    sizes.observe(place.querySelector("table"));
  }
}).observe(document.documentElement, { childList: true, subtree: true });
