const canvas = element.querySelector("canvas"), pen = canvas.getContext("2d");
const place = (event) => [
  (event.offsetX * canvas.width) / canvas.clientWidth,
  (event.offsetY * canvas.height) / canvas.clientHeight,
];
const ask = () => trigger("input", { png: canvas.toDataURL("image/png") });
const clear = () => {
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
};
pen.lineWidth = canvas.width / 12;
pen.lineCap = pen.lineJoin = "round";
canvas.onpointerdown = (event) => {
  canvas.setPointerCapture(event.pointerId);
  pen.beginPath();
  pen.moveTo(...place(event));
  pen.lineTo(...place(event));
  pen.stroke();
};
canvas.onpointermove = (event) => {
  if (!event.buttons) return;
  pen.lineTo(...place(event));
  pen.stroke();
};
canvas.onpointerup = ask;
element.querySelector("button").onclick = () => {
  clear();
  ask();
};
clear();
