
(() => {
  // Without scripts the forms are sent as they are and the page comes back anew.
  for (const form of document.querySelectorAll("form[data-review]")) {
    let told = form.querySelector("output");
    if (!told) {
      told = document.createElement("output");
      form.append(told);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      told.textContent = "working";
      try {
        const answer = await fetch(form.getAttribute("action"), {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams(new FormData(form)),
        });
        const said = await answer.json();
        told.textContent = said.told;
        if (said.status) {
          const article = form.closest(".finding");
          article.dataset.status = said.status;
          const chip = article.querySelector(".status");
          chip.textContent = said.status;
        }
      } catch {
        told.textContent = "The review is not running any more.";
      }
      button.disabled = false;
    });
  }
})();
