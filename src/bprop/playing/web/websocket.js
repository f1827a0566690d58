// The host over a WebSocket. It connects again by itself, and then the server sends the whole state.
const PAUSES = [250, 500, 1000, 2000, 4000];

export function websocket(address = new URL("socket", document.baseURI)) {
  const url = new URL(address);
  url.protocol = url.protocol.replace("http", "ws");
  let socket, tries = 0, queued = [], hear = () => {}, tell = () => {};

  function open() {
    socket = new WebSocket(url);
    socket.onopen = () => {
      tries = 0;
      tell("open");
      queued.forEach((text) => socket.send(text));
      queued = [];
    };
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = () => {
      tell("closed");
      setTimeout(open, PAUSES[Math.min(tries++, PAUSES.length - 1)]);
    };
  }

  setTimeout(open);
  return {
    send(message) {
      const text = JSON.stringify(message);
      if (socket && socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (queued.length < 20) queued.push(text);
    },
    onmessage: (f) => { hear = f; },
    onstate: (f) => { tell = f; },
  };
}
