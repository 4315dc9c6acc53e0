#include "tests/unit/crypto_support.h"

#include <algorithm>
#include <array>

namespace fairway::test {

namespace {

// --- SHA-256 (FIPS 180-4) ---

constexpr std::array<uint32_t, 64> sha_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using ShaState = std::array<uint32_t, 8>;

uint32_t turned(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

void sha_block(ShaState& state, std::string_view block) {
  std::array<uint32_t, 64> w;
  for (size_t i = 0; i < 64; ++i) {
    if (i < 16) {
      w[i] = 0;
      for (size_t k = 0; k < 4; ++k) w[i] = w[i] << 8 | uint8_t(block[4 * i + k]);
      continue;
    }
    uint32_t small0 = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t small1 = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + small0 + w[i - 7] + small1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (size_t i = 0; i < 64; ++i) {
    uint32_t big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    uint32_t first = h + big1 + ((e & f) ^ (~e & g)) + sha_constants[i] + w[i];
    uint32_t big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    uint32_t second = big0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  ShaState sum = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < 8; ++i) state[i] += sum[i];
}

std::string big_endian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += char(number >> (8 * i) & 255);
  return text;
}

// --- AES-256, one block forward (FIPS 197) ---

uint8_t doubled(uint8_t x) { return uint8_t(x << 1 ^ (x & 0x80 ? 0x1b : 0)); }

std::array<uint8_t, 256> make_substitution() {
  std::array<uint8_t, 256> box{};
  uint8_t p = 1, q = 1;
  do {
    p = uint8_t(p ^ doubled(p));  // times 3
    q = uint8_t(q ^ q << 1);      // divided by 3
    q = uint8_t(q ^ q << 2);
    q = uint8_t(q ^ q << 4);
    if (q & 0x80) q ^= 0x09;
    auto turn = [&](int bits) { return uint8_t(q << bits | q >> (8 - bits)); };
    box[p] = uint8_t(q ^ turn(1) ^ turn(2) ^ turn(3) ^ turn(4) ^ 0x63);
  } while (p != 1);
  box[0] = 0x63;
  return box;
}

uint8_t substituted(uint8_t x) {
  static const auto box = make_substitution();
  return box[x];
}

using Block = std::array<uint8_t, 16>;

class Aes256 {
 public:
  explicit Aes256(std::string_view key) {
    FAIRWAY_ASSERT(key.size() == 32);
    for (size_t i = 0; i < 32; ++i) words_[i] = uint8_t(key[i]);
    uint8_t round = 1;
    for (size_t i = 32; i < words_.size(); i += 4) {
      std::array<uint8_t, 4> t = {words_[i - 4], words_[i - 3], words_[i - 2], words_[i - 1]};
      if (i % 32 == 0) {
        std::rotate(t.begin(), t.begin() + 1, t.end());
        for (auto& x : t) x = substituted(x);
        t[0] ^= round;
        round = doubled(round);
      } else if (i % 32 == 16) {
        for (auto& x : t) x = substituted(x);
      }
      for (size_t k = 0; k < 4; ++k) words_[i + k] = words_[i + k - 32] ^ t[k];
    }
  }

  Block encrypted(Block s) const {
    add_key(s, 0);
    for (size_t round = 1; round <= 14; ++round) {
      Block moved;
      for (size_t i = 0; i < 16; ++i) moved[i] = substituted(s[(i + i % 4 * 4) % 16]);
      s = round < 14 ? mixed(moved) : moved;
      add_key(s, round);
    }
    return s;
  }

 private:
  void add_key(Block& s, size_t round) const {
    for (size_t i = 0; i < 16; ++i) s[i] ^= words_[16 * round + i];
  }
  static Block mixed(const Block& s) {
    Block out;
    for (size_t c = 0; c < 16; c += 4) {
      for (size_t r = 0; r < 4; ++r) {
        uint8_t here = s[c + r], next = s[c + (r + 1) % 4];
        out[c + r] =
            uint8_t(doubled(here) ^ doubled(next) ^ next ^ s[c + (r + 2) % 4] ^ s[c + (r + 3) % 4]);
      }
    }
    return out;
  }

  std::array<uint8_t, 240> words_{};
};

// --- GCM (NIST SP 800-38D) ---

Block product(const Block& x, const Block& y) {
  Block z{}, v = y;
  for (size_t bit = 0; bit < 128; ++bit) {
    if (x[bit / 8] >> (7 - bit % 8) & 1) {
      for (size_t i = 0; i < 16; ++i) z[i] ^= v[i];
    }
    bool carry = v[15] & 1;
    for (size_t i = 15; i > 0; --i) v[i] = uint8_t(v[i] >> 1 | v[i - 1] << 7);
    v[0] = uint8_t(v[0] >> 1 ^ (carry ? 0xe1 : 0));
  }
  return z;
}

void absorb(Block& sum, const Block& h, std::string_view bytes) {
  for (size_t at = 0; at < bytes.size(); at += 16) {
    for (size_t i = 0; i < 16 && at + i < bytes.size(); ++i) sum[i] ^= uint8_t(bytes[at + i]);
    sum = product(sum, h);
  }
}

Block counter_block(std::string_view nonce, uint32_t count) {
  std::string text = std::string(nonce) + big_endian(count, 4);
  Block block{};
  for (size_t i = 0; i < 16; ++i) block[i] = uint8_t(text[i]);
  return block;
}

std::string counted_stream(const Aes256& aes, std::string_view nonce, std::string text) {
  for (size_t at = 0; at < text.size(); at += 16) {
    Block stream = aes.encrypted(counter_block(nonce, uint32_t(2 + at / 16)));
    for (size_t i = 0; i < 16 && at + i < text.size(); ++i) {
      text[at + i] = char(uint8_t(text[at + i]) ^ stream[i]);
    }
  }
  return text;
}

std::string tag_of(const Aes256& aes, std::string_view nonce, std::string_view additional,
                   std::string_view ciphertext) {
  Block h = aes.encrypted({}), sum{};
  absorb(sum, h, additional);
  absorb(sum, h, ciphertext);
  absorb(sum, h, big_endian(additional.size() * 8, 8) + big_endian(ciphertext.size() * 8, 8));
  Block mask = aes.encrypted(counter_block(nonce, 1));
  std::string tag;
  for (size_t i = 0; i < 16; ++i) tag += char(sum[i] ^ mask[i]);
  return tag;
}

// --- P-256 (FIPS 186-4 D.1.2.3, SEC 1 4.1) ---

using Number = std::array<uint64_t, 4>;  // lowest limb first
__extension__ using Wide = unsigned __int128;

constexpr Number prime = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};
constexpr Number order = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                          0xffffffff00000000};
constexpr Number curve_b = {0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc,
                            0x5ac635d8aa3a93e7};
constexpr Number base_x = {0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2,
                           0x6b17d1f2e12c4247};
constexpr Number base_y = {0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16,
                           0x4fe342e2fe1a7f9b};

Number number_of(std::string_view bytes) {
  Number number{};
  for (size_t i = 0; i < 32; ++i) number[3 - i / 8] = number[3 - i / 8] << 8 | uint8_t(bytes[i]);
  return number;
}

std::string bytes_of(const Number& number) {
  std::string bytes;
  for (size_t i = 4; i > 0; --i) bytes += big_endian(number[i - 1], 8);
  return bytes;
}

bool is_below(const Number& a, const Number& b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

uint64_t add_to(Number& a, const Number& b) {
  Wide carry = 0;
  for (size_t i = 0; i < 4; ++i) {
    carry += Wide(a[i]) + b[i];
    a[i] = uint64_t(carry);
    carry >>= 64;
  }
  return uint64_t(carry);
}

void take_from(Number& a, const Number& b) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < 4; ++i) {
    Wide rest = Wide(a[i]) - b[i] - borrow;
    a[i] = uint64_t(rest);
    borrow = uint64_t(rest >> 64) & 1;
  }
}

// Arithmetic modulo a prime; every operand and result is below it.
struct Field {
  Number modulus;

  Number reduced(Number a) const {
    while (!is_below(a, modulus)) take_from(a, modulus);
    return a;
  }
  Number sum(Number a, const Number& b) const {
    bool is_over = add_to(a, b) != 0 || !is_below(a, modulus);
    if (is_over) take_from(a, modulus);
    return a;
  }
  Number difference(Number a, const Number& b) const {
    bool is_under = is_below(a, b);
    take_from(a, b);
    if (is_under) add_to(a, modulus);
    return a;
  }
  Number product(const Number& a, const Number& b) const {
    Number z{};
    for (size_t bit = 256; bit > 0; --bit) {
      z = sum(z, z);
      if (a[(bit - 1) / 64] >> ((bit - 1) % 64) & 1) z = sum(z, b);
    }
    return z;
  }
};

// A point in Jacobian coordinates; z is 0 at infinity.
struct Point {
  Number x, y, z;
};

constexpr Field field{prime};
constexpr Field scalars{order};

Number power(const Field& of, const Number& a, const Number& exponent) {
  Number z = {1, 0, 0, 0};
  for (size_t bit = 256; bit > 0; --bit) {
    z = of.product(z, z);
    if (exponent[(bit - 1) / 64] >> ((bit - 1) % 64) & 1) z = of.product(z, a);
  }
  return z;
}

Number inverse(const Field& of, const Number& a) {
  Number exponent = of.modulus;
  take_from(exponent, {2, 0, 0, 0});
  return power(of, a, exponent);
}

bool is_zero(const Number& a) { return a == Number{}; }

Point twice(const Point& p) {
  if (is_zero(p.z)) return p;
  Number zz = field.product(p.z, p.z), yy = field.product(p.y, p.y);
  Number s = field.product(p.x, yy);
  s = field.sum(s, s), s = field.sum(s, s);
  Number m = field.product(field.difference(p.x, zz), field.sum(p.x, zz));
  m = field.sum(field.sum(m, m), m);
  Number x = field.difference(field.product(m, m), field.sum(s, s));
  Number y4 = field.product(yy, yy);
  for (int i = 0; i < 3; ++i) y4 = field.sum(y4, y4);
  Number y = field.difference(field.product(m, field.difference(s, x)), y4);
  Number z = field.product(p.y, p.z);
  return {x, y, field.sum(z, z)};
}

Point added(const Point& p, const Point& q) {
  if (is_zero(p.z)) return q;
  if (is_zero(q.z)) return p;
  Number pz2 = field.product(p.z, p.z), qz2 = field.product(q.z, q.z);
  Number u1 = field.product(p.x, qz2), u2 = field.product(q.x, pz2);
  Number s1 = field.product(p.y, field.product(qz2, q.z));
  Number s2 = field.product(q.y, field.product(pz2, p.z));
  if (u1 == u2) return s1 == s2 ? twice(p) : Point{{1}, {1}, {}};
  Number h = field.difference(u2, u1), r = field.difference(s2, s1);
  Number hh = field.product(h, h), hhh = field.product(hh, h), v = field.product(u1, hh);
  Number x = field.difference(field.difference(field.product(r, r), hhh), field.sum(v, v));
  Number y = field.difference(field.product(r, field.difference(v, x)), field.product(s1, hhh));
  return {x, y, field.product(h, field.product(p.z, q.z))};
}

Point times(const Number& factor, const Point& p) {
  Point sum{{1}, {1}, {}};
  for (size_t bit = 256; bit > 0; --bit) {
    sum = twice(sum);
    if (factor[(bit - 1) / 64] >> ((bit - 1) % 64) & 1) sum = added(sum, p);
  }
  return sum;
}

// The affine x and y of a point that is not at infinity.
std::pair<Number, Number> affine(const Point& p) {
  Number once = inverse(field, p.z), square = field.product(once, once);
  return {field.product(p.x, square), field.product(p.y, field.product(square, once))};
}

constexpr Point base_point{base_x, base_y, {1}};

bool is_on_curve(const Number& x, const Number& y) {
  if (!is_below(x, prime) || !is_below(y, prime)) return false;
  Number three = {3, 0, 0, 0};
  Number slope = field.difference(field.product(x, x), three);
  return field.product(y, y) == field.sum(field.product(slope, x), curve_b);
}

bool is_scalar(const Number& a) { return !is_zero(a) && is_below(a, order); }

}  // namespace

std::string sha256_of(std::string_view bytes) {
  ShaState state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string text(bytes);
  text += char(0x80);
  while (text.size() % 64 != 56) text += '\0';
  text += big_endian(uint64_t(bytes.size()) * 8, 8);
  for (size_t at = 0; at < text.size(); at += 64) {
    sha_block(state, std::string_view(text).substr(at, 64));
  }
  std::string digest;
  for (uint32_t word : state) digest += big_endian(word, 4);
  return digest;
}

std::string hmac_sha256_of(std::string_view key, std::string_view bytes) {
  std::string padded = key.size() > 64 ? sha256_of(key) : std::string(key);
  padded.resize(64);
  std::string inner = padded, outer = padded;
  for (char& c : inner) c ^= 0x36;
  for (char& c : outer) c ^= 0x5c;
  return sha256_of(outer + sha256_of(inner + std::string(bytes)));
}

Crypto::P256PublicKey p256_public_key(std::string_view secret) {
  auto [x, y] = affine(times(number_of(secret), base_point));
  return {bytes_of(x), bytes_of(y)};
}

std::string es256_sign(std::string_view secret, std::string_view once, std::string_view bytes) {
  Number k = scalars.reduced(number_of(once));
  Number r = scalars.reduced(affine(times(k, base_point)).first);
  Number z = scalars.reduced(number_of(sha256_of(bytes)));
  Number s = scalars.sum(z, scalars.product(r, number_of(secret)));
  return bytes_of(r) + bytes_of(scalars.product(inverse(scalars, k), s));
}

Task<std::string> PlainCrypto::sha256(std::string bytes) { co_return sha256_of(bytes); }

Task<std::string> PlainCrypto::hmac_sha256(std::string key, std::string bytes) {
  co_return hmac_sha256_of(key, bytes);
}

Task<std::string> PlainCrypto::seal(std::string key, std::string nonce, std::string additional_data,
                                    std::string plaintext) {
  FAIRWAY_ASSERT(nonce.size() == 12);
  Aes256 aes(key);
  std::string ciphertext = counted_stream(aes, nonce, std::move(plaintext));
  co_return ciphertext + tag_of(aes, nonce, additional_data, ciphertext);
}

Task<std::string> PlainCrypto::open(std::string key, std::string nonce, std::string additional_data,
                                    std::string sealed) {
  Failure broken = report_bug("seal_broken", "A sealed value could not be opened.");
  if (key.size() != 32 || nonce.size() != 12 || sealed.size() < 16) co_return broken;
  Aes256 aes(key);
  std::string tag = sealed.substr(sealed.size() - 16);
  sealed.resize(sealed.size() - 16);
  if (tag != tag_of(aes, nonce, additional_data, sealed)) co_return broken;
  co_return counted_stream(aes, nonce, std::move(sealed));
}

Task<Crypto::Verdict> PlainCrypto::es256_verify(P256PublicKey key, std::string signature,
                                                std::string bytes) {
  if (key.x.size() != 32 || key.y.size() != 32 || signature.size() != 64) {
    co_return Verdict::invalid;
  }
  Number x = number_of(key.x), y = number_of(key.y);
  Number r = number_of(signature), s = number_of(std::string_view(signature).substr(32));
  if (!is_on_curve(x, y) || !is_scalar(r) || !is_scalar(s)) co_return Verdict::invalid;
  Number z = scalars.reduced(number_of(sha256_of(bytes)));
  Number back = inverse(scalars, s);
  Point sum = added(times(scalars.product(z, back), base_point),
                    times(scalars.product(r, back), Point{x, y, {1}}));
  if (is_zero(sum.z)) co_return Verdict::invalid;
  bool is_valid = scalars.reduced(affine(sum).first) == r;
  co_return is_valid ? Verdict::valid : Verdict::invalid;
}

}  // namespace fairway::test
