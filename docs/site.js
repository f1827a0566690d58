// The theme puts the button that copies a block of code into a landmark without a name: it gets one of its own.
let block = 0;
new MutationObserver(() => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([aria-label])")) {
    nav.setAttribute("aria-label", `Code block ${++block}`);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
