// While training runs, ask the server that sent this page for what is new. Nobody else is ever asked.

const MOST_RECORDS = 1000;
const live = { next: 0, version: 0, began: 0, failures: 0 };

function startLive(page) {
  live.began = page.began;
  live.steering = new Steering(command);
  byId("status").after(live.steering.box);
  live.steering.draw(page.steering);
  poll(page);
}

// Send a command to the server; its answer has what was wrong, or the new state.
async function command(content) {
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
  return (await fetch("do", sent)).json();
}

async function poll(page) {
  try {
    const answer = await fetch(`new?after=${live.next}&version=${live.version}&began=${live.began}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    take(page, await answer.json());
    live.failures = 0;
  } catch {
    live.failures += 1;
  }
  drawStatus(page, live.failures > 1);
  live.steering.draw(page.steering, live.failures > 1);
  const finished = hasEnded(page.run);
  if (finished && live.failures > 3) return; // the server has gone, and nothing more is to come
  setTimeout(() => poll(page), live.failures ? Math.min(5000, 400 * live.failures) : finished ? 1500 : 500);
}

function take(page, news) {
  if (news.began !== live.began) beginAnew(page, news);
  live.next = news.next;
  page.run = news.run;
  page.steering = news.steering;
  if (news.page) {
    Object.assign(page, news.page);
    live.version = news.version;
    drawOutcome(page.outcome);
  }
  if (news.follows) {
    Object.assign(page, news.follows);
    drawAbout(page);
  }
  if (news.records.length) {
    page.records = thinned([...page.records, ...news.records]);
    drawHealth(page.records);
  }
  if (news.page || news.records.length) {
    drawCurves(page);
    drawHeadline(page);
  }
}

// Training has begun, perhaps of another network than the page has shown so far.
function beginAnew(page, news) {
  live.began = news.began;
  page.records = [];
  forgetCurves();
  forgetHealth();
  document.title = news.graph.title;
  document.querySelector("h1").textContent = news.graph.title;
  const drawing = new DOMParser().parseFromString(news.graph.drawing, "image/svg+xml").documentElement;
  byId("drawing").replaceChildren(document.importNode(drawing, true));
}

// Every second record where there are too many, the last always
function thinned(records) {
  if (records.length <= MOST_RECORDS) return records;
  return records.filter((_, k) => k % 2 === 0 || k === records.length - 1);
}
