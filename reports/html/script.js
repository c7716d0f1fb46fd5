"use strict";
(() => {
  const root = document.documentElement;
  const articles = Array.from(document.querySelectorAll(".finding"));
  const groups = Array.from(document.querySelectorAll(".group"));
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  const PICKS = ["function", "rule", "trigger", "confidence", "status"];
  const FILTERED = "#findings?";

  // What is filtered stands in the address, so that a view can be sent to somebody.
  function remember() {
    const told = new URLSearchParams();
    for (const name of PICKS) {
      if (form.elements[name]?.value) told.set(name, form.elements[name].value);
    }
    if (search.value) told.set("search", search.value);
    const boxes = Array.from(form.querySelectorAll("input[name=severity]"));
    if (boxes.some((box) => !box.checked)) {
      told.set("severity", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
    }
    const words = told.toString();
    const here = location.hash.startsWith(FILTERED);
    if (words || here) history.replaceState(null, "", words ? FILTERED + words : "#findings");
  }

  function recall() {
    if (!form || !location.hash.startsWith(FILTERED)) return;
    const told = new URLSearchParams(location.hash.slice(FILTERED.length));
    for (const name of PICKS) {
      if (form.elements[name]) form.elements[name].value = told.get(name) ?? "";
    }
    search.value = told.get("search") ?? "";
    const severities = told.get("severity")?.split(",");
    for (const box of form.querySelectorAll("input[name=severity]")) {
      box.checked = !severities || severities.includes(box.value);
    }
    apply();
    document.getElementById("findings").scrollIntoView();
  }

  function filter() {
    apply();
    remember();
  }

  function apply() {
    const fields = new FormData(form);
    const severities = new Set(fields.getAll("severity"));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const picked = PICKS
      .map((name) => [name, fields.get(name)])
      .filter(([, value]) => value);
    let count = 0;
    for (const article of articles) {
      const data = article.dataset;
      const fits =
        severities.has(data.severity) &&
        picked.every(([name, value]) => data[name] === value) &&
        words.every((word) => data.text.includes(word));
      article.hidden = !fits;
      count += fits;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector(".finding:not([hidden])");
    }
    const all = articles.length;
    const number = (value) => value.toLocaleString("en");
    shown.value =
      count === all ? `${number(all)} findings` : `${number(count)} of ${number(all)} findings`;
    document.getElementById("nothing").hidden = count > 0;
  }

  function openTarget() {
    recall();
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target || !target.classList.contains("finding")) return;
    if (target.hidden) {
      form.reset();
      apply();
    }
    target.querySelector("details").open = true;
    target.scrollIntoView();
  }

  // From finding to finding among those that the filters show.
  function step(by) {
    const visible = articles.filter((article) => !article.hidden);
    const here = visible.indexOf(document.activeElement.closest?.(".finding"));
    const next = visible[here < 0 ? (by > 0 ? 0 : visible.length - 1) : here + by];
    if (!next) return;
    next.querySelector("summary").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // No clipboard for this page: the text is selected, so that the reader's own keys copy it.
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  // A long report has many blocks: their buttons are made when a finding is opened.
  function addButtons(scope) {
    for (const block of scope.querySelectorAll("pre[data-copy]")) {
      if (block.parentElement.classList.contains("copyable")) continue;
      // What is cut or spelt out on the page is not the text itself.
      if (block.querySelector(".cut, .odd")) continue;
      const frame = document.createElement("div");
      frame.className = "copyable";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy: ${block.getAttribute("aria-label")}`);
      button.addEventListener("click", () => copy(button, block.textContent));
      block.replaceWith(frame);
      frame.append(block, button);
    }
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.open) addButtons(event.target);
  }, true);

  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", filter);
    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 80);
    });
    // The fields change after the event of a reset.
    form.addEventListener("reset", () => setTimeout(filter));
    for (const link of document.querySelectorAll("a[data-pick-rule]")) {
      link.addEventListener("click", () => {
        form.reset();
        form.elements.function.value = link.dataset.pickFunction;
        form.elements.rule.value = link.dataset.pickRule;
        apply();
        // After the click's own jump to the findings.
        setTimeout(remember);
      });
    }
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        search.focus();
      } else if ((event.key === "j" || event.key === "k") && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        step(event.key === "j" ? 1 : -1);
      } else if (event.key === "Escape" && event.target === search) {
        search.value = "";
        filter();
      }
    });
    apply();
  }

  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => {
    for (const article of articles) {
      if (!article.hidden) article.querySelector("details").open = true;
    }
  });
  openTarget();
})();
