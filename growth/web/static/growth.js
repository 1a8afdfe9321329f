/* Growth Suite's own script: keyboard, drawer, copy, colours, confirming. No inline handlers, no eval; every page works without it. */
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  var words = doc.getElementById("words"), drawer = doc.getElementById("drawer"), help = doc.getElementById("help");
  function all(selector, inside) { return Array.prototype.slice.call((inside || doc).querySelectorAll(selector)); }
  function typing(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable; }

  /* notices that go away by themselves, for what the person just did */
  function toast(text) {
    var box = doc.createElement("div");
    box.className = "toast"; box.setAttribute("role", "status"); box.textContent = text;
    doc.body.appendChild(box);
    setTimeout(function () { box.remove(); }, 2500);
  }

  /* drawer: any link with data-drawer; the page it leads to is the same without script. Its address is kept in ?open= */
  var opener = null;
  function fill(url) {
    return fetch(url, { headers: { "X-Requested-With": "drawer" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html"), main = page.querySelector("main");
      if (!main) throw new Error("main");
      all(".crumbs", main).forEach(function (part) { (part.closest("nav") || part).remove(); });
      var body = drawer.querySelector(".drawer-body"), title = page.querySelector(".bar h1, main h1");
      body.replaceChildren.apply(body, Array.prototype.slice.call(doc.importNode(main, true).childNodes));
      drawer.querySelector("#drawer-title").textContent = title ? title.textContent : page.title;
      drawer.querySelector("[data-drawer-page]").href = url;
      body.scrollTop = 0;
      prepare(body);
      if (window.htmx) window.htmx.process(body);
    });
  }
  function own(url) { try { return new URL(url, location.href).origin === location.origin; } catch (fault) { return false; } }
  function openDrawer(url, push) {
    if (!drawer || !own(url)) { location.href = url; return; }
    fill(url).then(function () {
      if (!drawer.open) drawer.showModal();
      if (push) {
        var next = new URL(location.href);
        next.searchParams.set("open", new URL(url, location.href).pathname + new URL(url, location.href).search);
        history.pushState({ drawer: true }, "", next);
      }
    }).catch(function () { location.href = url; });
  }
  function closeDrawer(fromHistory) {
    if (!drawer || !drawer.open) return;
    drawer.close();
    if (!fromHistory && new URL(location.href).searchParams.has("open")) {
      var next = new URL(location.href);
      next.searchParams.delete("open");
      history.pushState({}, "", next);
    }
    if (opener && doc.contains(opener)) opener.focus();
  }
  function fromAddress() {
    var wanted = new URL(location.href).searchParams.get("open");
    if (wanted && wanted.charAt(0) === "/" && wanted.charAt(1) !== "/" && wanted.charAt(1) !== "\\") openDrawer(wanted, false); else closeDrawer(true);
  }
  if (drawer) {
    drawer.addEventListener("cancel", function (event) { event.preventDefault(); closeDrawer(false); });
    window.addEventListener("popstate", fromAddress);
  }

  /* parts that only make sense with script are hidden in the page and shown here */
  function prepare(inside) {
    all("[data-copy], [data-help]", inside).forEach(function (button) { button.hidden = false; });
    all("form[data-confirm]", inside).forEach(function (form) {
      var box = form.elements.confirm, button = form.querySelector("button[type=submit]");
      function look() { button.disabled = box.value.trim() !== form.dataset.confirm; }
      box.addEventListener("input", look); look();
    });
  }

  doc.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : null;
    if (!target) return;
    var plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);
    var link = target.closest("a[data-drawer]"), copy = target.closest("[data-copy]"), theme = target.closest("[data-set-theme]");
    if (link && plain) { event.preventDefault(); opener = link; openDrawer(link.href, true); }
    else if (copy) {
      var code = copy.parentElement.querySelector("code");
      navigator.clipboard.writeText(code.textContent).then(function () { toast(words.dataset.copied); });
    } else if (theme) {
      event.preventDefault();
      var value = theme.dataset.setTheme;
      if (value) root.dataset.theme = value; else delete root.dataset.theme;
      all("[data-set-theme]").forEach(function (one) { one.setAttribute("aria-pressed", String(one === theme)); });
      var form = theme.form, data = new FormData(form);
      data.set("theme", value);
      fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin", redirect: "manual" });
    } else if (target.closest("[data-help]")) help.showModal();
    else if (target.closest("[data-close]")) { if (target.closest("dialog") === drawer) closeDrawer(false); else target.closest("dialog").close(); }
    else if (target === drawer) closeDrawer(false);
    else if (target === help) help.close();
    all("details.menu[open]").forEach(function (menu) { if (!menu.contains(target)) menu.open = false; });
  });

  /* keyboard: g + letter goes, / searches, j k move, Enter opens, e exports, ? helps */
  var going = false, at = -1;
  function move(step) {
    var links = all("main a[data-row]");
    if (!links.length) return;
    at = Math.max(0, Math.min(links.length - 1, at + step));
    all("tr[aria-selected]").forEach(function (row) { row.removeAttribute("aria-selected"); });
    var row = links[at].closest("tr");
    if (row) row.setAttribute("aria-selected", "true");
    links[at].focus();
  }
  doc.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      var box = doc.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); }
      return;
    }
    if (event.key === "Escape") { all("details.menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); }); }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || doc.querySelector("dialog[open]")) return;
    if (going) {
      going = false;
      var link = doc.querySelector('a[data-key="' + (window.CSS && CSS.escape ? CSS.escape(event.key) : "") + '"]');
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { going = true; setTimeout(function () { going = false; }, 1200); }
    else if (event.key === "/") { var search = doc.querySelector("[data-search]"); if (search) { event.preventDefault(); search.focus(); } }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "e") { var file = doc.querySelector("[data-export]"); if (file) file.click(); }
    else if (event.key === "?" && help) help.showModal();
  });

  prepare(doc);
  doc.addEventListener("htmx:load", function (event) { prepare(event.detail.elt); });
  if (drawer) fromAddress();
})();
