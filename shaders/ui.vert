#version 300 es
// Everything of the dashboard: text, icons and shapes share one stream of vertices in device
// pixels.
precision highp float;

uniform vec2 uView;  // device pixels

layout(location = 0) in vec2 aPosition;
layout(location = 1) in vec2 aUv;
layout(location = 2) in vec4 aColor;

out vec2 vPosition;
out vec2 vUv;
out vec4 vColor;

void main() {
  vPosition = aPosition;
  vUv = aUv;
  vColor = aColor;
  vec2 unit = aPosition / uView * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
