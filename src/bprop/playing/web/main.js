// The page that `bprop play` serves: the front end, with a socket to the machine.
import { start } from "./start.js";
import { websocket } from "./websocket.js";

const place = document.getElementById("play");
place.play = start(place, websocket()); // for the console of the browser, and for tests
