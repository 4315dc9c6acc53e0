#version 300 es
// Shapes: vUv.x is minus the number of the shape minus one, whose four parameters stand in uShapes
// (web/ui/paint.cpp writes them). All lengths are device pixels, output is premultiplied.
precision highp float;
precision highp sampler2D;

uniform sampler2D uShapes;  // 1024 wide: 256 shapes a row
uniform vec3 uShadow;

in vec2 vPosition;
in vec2 vUv;
in vec4 vColor;

out vec4 oColor;

const float kBox = 0.0;
const float kArc = 1.0;
const float kTurn = 6.28318530718;

vec4 premultiplied(vec4 color) { return vec4(color.rgb * color.a, color.a); }

float coverage(float signedDistance) { return clamp(0.5 - signedDistance, 0.0, 1.0); }

// --- Rounded boxes -----------------------------------------------------------------------------

float roundedBox(vec2 point, vec2 halfSize, float radius) {
  vec2 q = abs(point) - halfSize + radius;
  return min(max(q.x, q.y), 0.0) + length(max(q, 0.0)) - radius;
}

float cornerRadius(vec2 point, float radius, int corners) {
  int corner = point.y < 0.0 ? (point.x < 0.0 ? 1 : 2) : (point.x < 0.0 ? 8 : 4);
  return (corners & corner) != 0 ? radius : 0.0;
}

vec2 erf(vec2 x) {
  vec2 s = sign(x);
  vec2 a = abs(x);
  x = 1.0 + (0.278393 + (0.230389 + 0.078108 * (a * a)) * a) * a;
  x *= x;
  return s - s / (x * x);
}

// A gaussian blur of a rounded box: exact along x, five samples along y.
float shadowColumn(float x, float y, float sigma, float radius, vec2 halfSize) {
  float delta = min(halfSize.y - radius - abs(y), 0.0);
  float curved = halfSize.x - radius + sqrt(max(0.0, radius * radius - delta * delta));
  vec2 integral = 0.5 + 0.5 * erf((x + vec2(-curved, curved)) * (sqrt(0.5) / sigma));
  return integral.y - integral.x;
}

float shadowOf(vec2 point, vec2 halfSize, float sigma, float radius) {
  float low = point.y - halfSize.y;
  float high = point.y + halfSize.y;
  float start = clamp(-3.0 * sigma, low, high);
  float end = clamp(3.0 * sigma, low, high);
  float pace = (end - start) / 5.0;
  float y = start + pace * 0.5;
  float value = 0.0;
  for (int i = 0; i < 5; i++) {
    float weight = exp(-(y * y) / (2.0 * sigma * sigma)) / (sqrt(kTurn) * sigma);
    value += shadowColumn(point.x, point.y - y, sigma, radius, halfSize) * weight * pace;
    y += pace;
  }
  return value;
}

vec4 boxColor(vec4 place, vec4 form, vec4 edgeColor, vec4 shadow) {
  vec2 halfSize = place.zw * 0.5;
  vec2 point = vPosition - place.xy - halfSize;
  float radius = cornerRadius(point, form.y, int(form.w));
  float away = roundedBox(point, halfSize, radius);
  float body = coverage(away);
  vec4 fill = premultiplied(vColor);
  float inner = form.z > 0.0 ? coverage(away + form.z) : 1.0;
  vec4 color = mix(premultiplied(edgeColor), fill, inner) * body;
  if (shadow.z > 0.0 && body < 1.0) {
    float shade = shadowOf(point - vec2(0.0, shadow.y), halfSize, shadow.x, form.y) * shadow.z;
    color += vec4(uShadow * shade, shade) * (1.0 - body);
  }
  return color;
}

// --- Strokes -----------------------------------------------------------------------------------

float arcDistance(vec4 place, vec4 form) {
  vec2 point = vPosition - place.xy;
  float halfWidth = place.w * 0.5;
  float onRing = abs(length(point) - place.z) - halfWidth;
  float span = form.z - form.y;
  if (span >= 1.0) return onRing;
  float angle = atan(point.x, -point.y) / kTurn;
  if (fract(angle - form.y) <= span) return onRing;
  vec2 turns = form.yz * kTurn;
  vec2 first = vec2(sin(turns.x), -cos(turns.x)) * place.z;
  vec2 last = vec2(sin(turns.y), -cos(turns.y)) * place.z;
  return min(length(point - first), length(point - last)) - halfWidth;
}

float segmentDistance(vec4 ends, float halfWidth) {
  vec2 along = ends.zw - ends.xy;
  vec2 point = vPosition - ends.xy;
  float part = clamp(dot(point, along) / max(dot(along, along), 1e-6), 0.0, 1.0);
  return length(point - along * part) - halfWidth;
}

void main() {
  int index = int(-vUv.x - 0.5);
  ivec2 at = ivec2((index & 255) * 4, index >> 8);
  vec4 place = texelFetch(uShapes, at, 0);
  vec4 form = texelFetch(uShapes, at + ivec2(1, 0), 0);
  if (form.x == kBox) {
    vec4 edgeColor = texelFetch(uShapes, at + ivec2(2, 0), 0);
    vec4 shadow = texelFetch(uShapes, at + ivec2(3, 0), 0);
    oColor = boxColor(place, form, edgeColor, shadow);
    return;
  }
  float away = form.x == kArc ? arcDistance(place, form) : segmentDistance(place, form.y);
  oColor = premultiplied(vColor) * coverage(away);
}
