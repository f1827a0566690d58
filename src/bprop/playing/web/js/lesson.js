// A guided lesson: one step of text at a time, on the graph that runs.
import { html, useEffect, useState } from "../vendor/preact.js";
import { Icon } from "./icons.js";

export function Lesson({ store }) {
  const lesson = store.parts.lesson.value, [answer, setAnswer] = useState("");
  useEffect(() => { setAnswer(""); }, [lesson?.name, lesson?.step]);
  useEffect(() => { highlight(store.element, lesson?.highlight ?? []); });
  if (!lesson) return null;
  const right = lesson.question && answer.trim() && String(lesson.question.answer).trim().toLowerCase() === answer.trim().toLowerCase();
  return html`<section class="lesson card" aria-labelledby="lesson-title">
    <div class="card-head"><h2 id="lesson-title">${lesson.title}</h2><span class="hint">step ${lesson.step} of ${lesson.of}</span>
      <button type="button" class="quiet" aria-label="End the lesson" onClick=${() => store.send("end_lesson")}><${Icon} name="close" /></button></div>
    <div class="dots" aria-hidden="true">${Array.from({ length: lesson.of }, (_, at) => html`<i class=${at < lesson.step ? "made" : ""}></i>`)}</div>
    <div class="lesson-text" aria-live="polite">${lesson.text.split("\n\n").map((text) => html`<p>${text}</p>`)}</div>
    ${lesson.question && html`<label class="question"><span>${lesson.question.text}</span>
      <input type="text" value=${answer} onInput=${(event) => setAnswer(event.target.value)} />
      <span role="status" class=${right ? "yes" : "no"}>${answer.trim() ? (right ? "Yes." : "Not yet.") : ""}</span></label>`}
    <div class="moves">
      <button type="button" class="main-button" disabled=${lesson.step <= 1} onClick=${() => store.send("previous")}>Previous</button>
      <button type="button" class="main-button strong" onClick=${() => store.send(lesson.step >= lesson.of ? "end_lesson" : "next")}>${lesson.step >= lesson.of ? "Done" : "Next"}</button>
    </div>
  </section>`;
}

// Boxes and controls that a step speaks of are framed.
function highlight(place, names) {
  for (const element of place.querySelectorAll(".lesson-mark")) element.classList.remove("lesson-mark");
  for (const name of names) {
    const word = CSS.escape(name);
    const found = place.querySelectorAll(`[data-do="${word}"], [data-box="${word}"], [data-control="${word}"], [data-unit^="${word} "]`);
    for (const element of found) element.classList.add("lesson-mark");
  }
}
