// Growth Suite: the script in the page. Plain JavaScript for old phones; no field's value is ever read but those marked data-growth.
// MODE is filled in by the server: o = obey the browser's wish, c = cookie, so that visitors are told apart over days.
(function (w, d) {
  var s = d.currentScript, n = navigator, l = location, mode = "MODE", queue = [], errors = 0, seq, page, shown, spent, deep, url, from;
  if (!s || w.growth) return;
  var to = s.src.split("?")[0].replace(/[^/]*$/, "collect");
  var off = mode.indexOf("o") >= 0 && (n.doNotTrack == "1" || w.doNotTrack == "1" || n.globalPrivacyControl);
  function now() { return Date.now(); }
  function random() { return Math.random().toString(36).slice(2) + now().toString(36); }
  function cookie() { var m = mode.indexOf("c") >= 0 && /(?:^|;\s*)gv=([\w-]+)/.exec(d.cookie); return m ? m[1] : ""; }
  function on(target, name, f) { target.addEventListener(name, f, true); }
  function post(body) {
    try { if (n.sendBeacon && n.sendBeacon(to, body)) return 1; } catch (e) {}
    try { fetch(to, { method: "POST", body: body, keepalive: true, mode: "no-cors" }); return 1; } catch (e) {}
  }
  // what cannot be sent now waits, and says how old it is when it goes
  function flush() {
    if (!queue.length || n.onLine === false) return;
    var t = now();
    if (post(JSON.stringify(queue.map(function (q) { q[1].age_ms = t - q[0]; return q[1]; })))) queue = [];
  }
  function send(type, more) {
    if (off) return;
    var e = { type: type, id: random(), v: 1, page: page, url: url, seq: seq++ };
    if (growth.visitor) e.visitor = growth.visitor;
    for (var k in more) e[k] = more[k];
    if (queue.length < 50) queue.push([now(), e]);
    flush();
  }
  function time() { var t = now(); if (shown) spent += t - shown; shown = d.visibilityState == "hidden" ? 0 : t; }
  function scrolled() {
    deep = Math.max(deep, Math.min(100, Math.round(100 * (w.pageYOffset + w.innerHeight) / (d.documentElement.scrollHeight || 1))));
  }
  function leave() {
    time();
    if (spent > 0) { send("leave", { duration_ms: spent, scroll: deep }); spent = 0; }
  }
  function status() { var m = d.querySelector("meta[name=growth-status]"); return (m && m.content) || s.getAttribute("data-status"); }
  function fill() {
    d.querySelectorAll("input[data-growth]").forEach(function (i) { i.value = growth[i.getAttribute("data-growth") || "page"] || ""; });
  }
  function open() {
    if (url == l.href.split("#")[0]) return;
    if (url) { leave(); from = url; }
    url = l.href.split("#")[0]; page = random(); seq = spent = deep = 0; shown = now();
    growth.page = page; growth.visitor = cookie();
    var lost = status() == "404", t = w.performance && performance.timing, more = { referrer: from, title: d.title };
    if (lost) more.target = url;
    if (t && t.loadEventEnd && from == d.referrer) more.load_ms = t.loadEventEnd - t.navigationStart;
    send(lost ? "missing" : "page", more); fill(); scrolled();
  }
  function name(e) { return e.getAttribute("name") || e.id || e.getAttribute("action") || ""; }
  // an element by what the page calls it, never by the text in it: "#menu a.apply"
  function place(e) {
    var p = e.closest("[id]"), c = (e.getAttribute("class") || "").split(" ")[0];
    return (p ? "#" + p.id : "") + (p == e ? "" : (p ? " " : "") + e.tagName.toLowerCase() + (c && "." + c));
  }
  var growth = w.growth = {
    page: "", visitor: "",
    step: function (what) { send("step", { name: what }); },
    // after the visitor has agreed: the server sets the cookie
    consent: function (yes) {
      fetch(to + "?consent=" + (yes === false ? "withdrawn" : "given"), { method: "POST", body: "[]", credentials: "include" })
        .then(function () { growth.visitor = cookie(); fill(); });
    }
  };
  on(d, "click", function (e) {
    var t = e.target;
    if (!t.closest) return;
    var a = t.closest("a[href],[data-growth-step],[data-growth-contact]"), h = d.documentElement, step, href = a && a.href || "";
    send("click", { x: e.pageX / h.scrollWidth, y: e.pageY / h.scrollHeight, width: w.innerWidth, name: place(a || t.closest("button,label") || t), target: /^http/.test(href) ? href : "" });
    if (!a) return;
    if ((step = a.getAttribute("data-growth-step"))) growth.step(step);
    if ((step = a.getAttribute("data-growth-contact")) || /^(tel|mailto|sms|weixin|tencent|mqqwpa|mqq):|wpa\.qq\.com/.test(href)) send("contact", { name: step || href.slice(0, 100) });
    else if (a.host && a.host != l.host && /^http/.test(href)) send("outbound", { target: href });
  });
  on(d, "focusin", function (e) { var f = e.target.form; if (f && !f.growth) { f.growth = 1; send("form", { name: name(f) + " start" }); } });
  on(d, "submit", function (e) { fill(); send("form", { name: name(e.target) + " submit" }); });
  on(w, "error", function (e) {
    var t = e.target;
    if (errors++ < 5) send("error", t && t != w && t.nodeName ? { name: "resource", message: t.src || t.href } : { name: "script", message: e.message, source: (e.filename || "") + ":" + e.lineno });
  });
  on(w, "unhandledrejection", function (e) { if (errors++ < 5) send("error", { name: "promise", message: "" + e.reason }); });
  on(w, "scroll", scrolled);
  on(d, "visibilitychange", function () { d.visibilityState == "hidden" ? leave() : time(); });
  on(w, "pagehide", leave);
  on(w, "online", flush);
  on(w, "popstate", open);
  ["pushState", "replaceState"].forEach(function (k) {
    var f = history[k];
    if (f) history[k] = function () { var r = f.apply(this, arguments); open(); return r; };
  });
  function start() { from = d.referrer; open(); }
  if (d.prerendering) on(d, "prerenderingchange", start);
  else if (d.readyState == "complete") setTimeout(start, 0);
  else on(w, "load", function () { setTimeout(start, 0); });
})(window, document);
