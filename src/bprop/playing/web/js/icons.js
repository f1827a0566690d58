// The icons of buttons: 24 x 24, drawn in the colour of the text.
import { html } from "../vendor/preact.js";

const PATHS = {
  play: "M8 5.5v13a.8.8 0 0 0 1.2.7l10.3-6.5a.8.8 0 0 0 0-1.4L9.2 4.8A.8.8 0 0 0 8 5.5z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
  step: "M6 5.5v13l9-6.5zM16.5 5H19v14h-2.5z",
  epoch: "M4 5.5v13l7.5-6.5zM11.5 5.5v13L19 12zM19 5h2.2v14H19z",
  rewind: "M12 5V2L6.5 6.5 12 11V8a5 5 0 1 1-5 5H4.6A7.4 7.4 0 1 0 12 5z",
  undo: "M9 7V3L2.5 9.5 9 16v-4.2c5 0 8.6 1.6 11 5.2-1-5-4-9.9-11-10z",
  redo: "M15 7V3l6.5 6.5L15 16v-4.2c-5 0-8.6 1.6-11 5.2 1-5 4-9.9 11-10z",
  code: "M8.6 6.4 3 12l5.6 5.6 1.5-1.5L6 12l4.1-4.1zM15.4 6.4 21 12l-5.6 5.6-1.5-1.5L18 12l-4.1-4.1z",
  share: "M17 15.2c-.9 0-1.7.4-2.3 1l-5.9-3.4a3 3 0 0 0 0-1.5l5.8-3.4A3.2 3.2 0 1 0 13.8 6l-5.8 3.4a3.2 3.2 0 1 0 0 5.3l5.9 3.4A3.1 3.1 0 1 0 17 15.2z",
  book: "M5 4h6a2 2 0 0 1 1 .3A2 2 0 0 1 13 4h6v14h-6l-1 1-1-1H5zm2 2v10h4V6zm6 0v10h4V6z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zM15.6 17l1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4 7 15.6 8.4 17l-2.8 2.8zM15.6 7l2.8-2.8 1.4 1.4L17 8.4z",
  close: "m6.4 5 5.6 5.6L17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  plus: "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z",
  check: "M9.5 16.6 5 12.1l-1.5 1.5 6 6 11-11L19 7.1z",
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

// The mark of the page, as in icon.svg.
export const Mark = () => html`<svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#1d4ed8" />
  <path d="M9 10L23 16M9 22L23 16" stroke="#fff" stroke-width="2" /><circle cx="9" cy="10" r="3.4" fill="#fff" /><circle cx="9" cy="22" r="3.4" fill="#fff" /><circle cx="23" cy="16" r="4.2" fill="#fbbf24" /></svg>`;
