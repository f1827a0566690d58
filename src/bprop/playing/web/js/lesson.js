// A guided lesson: one step at a time, on the graph that runs: what to know, what to do, perhaps a question.
import { html, useEffect, useState } from "../vendor/preact.js";
import { Formula } from "./formula.js";
import { Icon } from "./icons.js";

export function Lesson({ store }) {
  const lesson = store.parts.lesson.value;
  void store.version.value; // what is framed may have been drawn anew
  useEffect(() => { highlight(store.element, lesson?.highlight ?? []); });
  if (!lesson) return null;
  const last = lesson.step >= lesson.of;
  return html`<section class="lesson card" aria-labelledby="lesson-title">
    <div class="card-head"><h2 id="lesson-title">${lesson.title}</h2><span class="hint">step ${lesson.step} of ${lesson.of}</span>
      <button type="button" class="quiet" aria-label="End the lesson" title="End the lesson" onClick=${() => store.send("end_lesson")}><${Icon} name="close" /></button></div>
    <div class="dots" aria-hidden="true">${Array.from({ length: lesson.of }, (_, at) => html`<i class=${at < lesson.step ? "made" : ""}></i>`)}</div>
    <div class="lesson-body"><div class="lesson-text" aria-live="polite">${lesson.text.split("\n\n").map((text) => lesson.formulas?.[text]
      ? html`<${Formula} markup=${lesson.formulas[text]} label=${text} />` : html`<p>${text}</p>`)}</div>
    <div class="lesson-doing">
    ${lesson.task && html`<p class=${"task " + (lesson.task_done ?? lesson.done ? "done" : "")}><${Icon} name=${lesson.task_done ?? lesson.done ? "check" : "play"} /> <span>${lesson.task}</span>${(lesson.task_done ?? lesson.done) && html`<span class="unseen"> Done.</span>`}</p>`}
    ${lesson.question && html`<${Question} key=${lesson.step} store=${store} question=${lesson.question} />`}
    <div class="moves">
      <button type="button" class="main-button" disabled=${lesson.step <= 1} onClick=${() => store.send("previous")}>Previous</button>
      <button type="button" class="main-button strong" onClick=${() => store.send(last ? "end_lesson" : "next")}>${last ? "Done" : "Next"}</button>
    </div></div></div>
  </section>`;
}

function Question({ store, question }) {
  const [typed, setTyped] = useState(String(question.given ?? ""));
  const answer = (value) => store.send("answer", { value });
  const submit = (event) => {
    event.preventDefault();
    const number = Number(typed.trim().replace("−", "-").replace(",", "."));
    answer(typed.trim() !== "" && Number.isFinite(number) ? number : typed.trim());
  };
  const told = question.given === null || question.given === undefined ? "" : question.right ? "Yes, that is right." : "Not yet: look again.";
  return html`<form class="question" onSubmit=${submit}><p id="lesson-question">${question.text}</p>
    ${question.choices ? html`<div class="choices" role="group" aria-labelledby="lesson-question">${question.choices.map((choice) => html`
        <button type="button" class="main-button" aria-pressed=${String(question.given === choice)} onClick=${() => answer(choice)}>${choice}</button>`)}</div>`
      : html`<span class="with-button"><input type="text" aria-labelledby="lesson-question" value=${typed} onInput=${(event) => setTyped(event.target.value)} />
        <button type="submit" class="main-button">Answer</button></span>`}
    <span role="status" class=${question.right ? "yes" : "no"}>${told}</span></form>`;
}

// Boxes and controls that a step speaks of are framed.
function highlight(place, names) {
  for (const element of place.querySelectorAll(".lesson-mark")) element.classList.remove("lesson-mark");
  for (const name of names) {
    const word = CSS.escape(name);
    const marked = `[data-do="${word}"], [data-box="${word}"], [data-control~="${word}"], [data-unit^="${word} "], [data-before="${word}"], [data-weight^="${word}["]`;
    for (const element of place.querySelectorAll(marked)) element.classList.add("lesson-mark");
  }
}
