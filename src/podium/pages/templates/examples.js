element.querySelectorAll("button").forEach((button, number) => {
  button.onclick = () => trigger("select", { number });
});
