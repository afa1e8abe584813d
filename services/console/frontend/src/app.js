// What every page has: htmx behind its nonce gate, and a few manners of our own.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-csp.js";
import "./manners.js";
