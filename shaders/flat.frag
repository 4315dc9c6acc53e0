#version 300 es
// Text, icons and plain colour: most of every picture, so without the arithmetic of shapes. vUv is
// a texel of the atlas; below minus a million there is none. Output is premultiplied.
precision highp float;
precision highp sampler2D;

uniform sampler2D uAtlas;

in vec2 vPosition;
in vec2 vUv;
in vec4 vColor;

out vec4 oColor;

void main() {
  vec4 texel = vUv.x < -1e6 ? vec4(1.0) : texelFetch(uAtlas, ivec2(vUv), 0);
  oColor = texel * vec4(vColor.rgb * vColor.a, vColor.a);
}
