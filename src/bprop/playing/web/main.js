// The page that `bprop play` serves: the front end, with a socket to the machine.
import { takeAddress } from "./js/address.js";
import { start } from "./start.js";
import { websocket } from "./websocket.js";

const place = document.getElementById("play");
place.play = start(place, websocket(), { address: true }); // for the console of the browser, and for tests
takeAddress(place.play.store);
