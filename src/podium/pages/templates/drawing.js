const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d");
const position = (event) => [
  (event.offsetX * canvas.width) / canvas.clientWidth,
  (event.offsetY * canvas.height) / canvas.clientHeight,
];
const predict = () => trigger("input", { png: canvas.toDataURL("image/png") });
const clear = () => {
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
};
pen.lineWidth = canvas.width / 12;
pen.lineCap = pen.lineJoin = "round";
canvas.onpointerdown = (event) => {
  canvas.setPointerCapture(event.pointerId);
  pen.beginPath();
  pen.moveTo(...position(event));
  pen.lineTo(...position(event));
  pen.stroke();
};
canvas.onpointermove = (event) => {
  if (!event.buttons) return;
  pen.lineTo(...position(event));
  pen.stroke();
};
canvas.onpointerup = predict;
element.querySelector("button").onclick = () => {
  clear();
  predict();
};
clear();
