// The page that `bprop play` serves: the front end, with a socket to the machine.
import { start } from "./start.js";
import { websocket } from "./websocket.js";

start(document.getElementById("play"), websocket());
