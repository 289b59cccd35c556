// The public page's script. Without it every page still reads, searches and asks.
import { startClocks } from "./countdown.js";
import { startCounters } from "./counter.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

startTheme();
startMenus();
startToasts();
startClocks();
startCounters();
startKeys();
startLive();
