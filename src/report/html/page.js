(function () {
  "use strict";
  var root = document.documentElement;

  // Light and dark: as the device has it, until the reader chooses.
  var scheme = document.getElementById("scheme");
  var words = scheme.dataset.words.split("|");
  var states = ["", "light", "dark"];
  var state = "";
  function remember(value) {
    try { localStorage.setItem("scoreboard-scheme", value); } catch (refused) { /* The choice lasts as long as the page. */ }
  }
  function show() {
    if (state) { root.dataset.scheme = state; } else { delete root.dataset.scheme; }
    var at = states.indexOf(state);
    scheme.firstElementChild.textContent = ["\u25d0", "\u25cb", "\u25cf"][at];
    scheme.lastElementChild.textContent = words[at];
    scheme.title = words[at];
  }
  try { state = localStorage.getItem("scoreboard-scheme") || ""; } catch (refused) { state = ""; }
  if (states.indexOf(state) < 0) { state = ""; }
  scheme.hidden = false;
  show();
  scheme.addEventListener("click", function () {
    state = states[(states.indexOf(state) + 1) % states.length];
    remember(state);
    show();
  });

  // What does not scroll is no stop for the keyboard.
  function stops() {
    document.querySelectorAll(".scroll").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
        box.setAttribute("tabindex", "0");
      } else {
        box.removeAttribute("tabindex");
      }
    });
  }
  stops();
  addEventListener("resize", stops);
  document.addEventListener("toggle", stops, true);

  // On paper everything is open but the rows, which would fill many pages.
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.prototype.slice.call(document.querySelectorAll("details.fold:not([open])"));
    opened.forEach(function (one) { one.open = true; });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
  });

  // A link to what is folded opens it.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var fold = target && target.closest("details");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  }
  addEventListener("hashchange", reveal);
  reveal();

  // The rows behind a figure.
  var source = document.getElementById("rows");
  if (!source) { return; }
  var data = JSON.parse(source.textContent);
  var dialog = document.getElementById("rows-dialog");
  var title = document.getElementById("rows-title");
  var said = document.getElementById("rows-said");
  var box = document.getElementById("rows-table");
  var PAGE = 200;

  function make(name, text, kind) {
    var one = document.createElement(name);
    if (text !== undefined) { one.textContent = text; }
    if (kind) { one.className = kind; }
    return one;
  }
  // Words of others keep their direction to themselves.
  function cell(row, text, kind) {
    var one = make("td", undefined, kind === "number" ? "num" : kind);
    one.appendChild(make("bdi", text));
    row.appendChild(one);
  }
  function positions(runs) {
    var all = [];
    runs.split(",").forEach(function (run) {
      if (!run) { return; }
      var ends = run.split("-");
      for (var at = Number(ends[0]); at <= Number(ends[ends.length - 1]); at += 1) { all.push(at); }
    });
    return all;
  }
  function fill(body, own, all, from) {
    all.slice(from, from + PAGE).forEach(function (at) {
      var row = make("tr");
      own.rows[at].forEach(function (text, column) { cell(row, data.texts[text], own.kinds[column]); });
      body.appendChild(row);
    });
  }
  // What the line is called: its head, or in a grid of indicators the head of its column.
  function name(link) {
    var place = link.closest("td");
    var line = link.closest("tr");
    if (!place || !line || link.dataset.by === undefined) { return ""; }
    var head = link.closest(".grid") ? link.closest("table").tHead.rows[0].cells[place.cellIndex] : line.querySelector("th");
    return head ? ", " + head.textContent : "";
  }
  function open(link) {
    var own = data.indicators[link.dataset.rows];
    var key = (link.dataset.by || "") + "=" + (link.dataset.value || "");
    var figure = own && own.figures[key];
    if (!figure) { return false; }
    var card = document.getElementById("i-" + link.dataset.rows + "-title");
    title.textContent = (card ? card.textContent : link.dataset.rows) + name(link) + ": " + link.textContent;
    said.textContent = figure[0];
    var table = make("table");
    var head = table.appendChild(make("thead")).appendChild(make("tr"));
    own.heads.forEach(function (text, column) {
      var one = make("th", text, own.kinds[column] === "number" ? "num" : "");
      one.scope = "col";
      head.appendChild(one);
    });
    var body = table.appendChild(make("tbody"));
    var all = positions(figure[1]);
    box.replaceChildren(table);
    fill(body, own, all, 0);
    var shown = PAGE;
    if (all.length > shown) {
      var more = make("button", data.more);
      more.type = "button";
      more.addEventListener("click", function () {
        fill(body, own, all, shown);
        shown += PAGE;
        if (shown >= all.length) { more.remove(); }
      });
      box.appendChild(more);
    }
    dialog.showModal();
    dialog.scrollTop = 0;
    title.focus();
    stops();
    return true;
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.trace");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && open(link)) { event.preventDefault(); }
    if (event.target === dialog || (event.target.closest && event.target.closest("[data-close]"))) { dialog.close(); }
  });
}());
