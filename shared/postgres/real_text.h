// Numbers as text, the way PostgreSQL prints them: what is sent is what `column::text` answers, so
// one text serves COPY, INSERT and the checksum.
//
// Digits of a double are the shortest that read back as the same double (float8out under
// extra_float_digits = 1), found by std::to_chars. It is banned elsewhere in the core because no
// other text of a double has to be exact to the digit; here it has to, and std's is as fast as any.
// Not for reading numbers. Nothing here allocates or fails.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairway::postgres {

constexpr size_t integer_text_bytes_max = 20;
constexpr size_t real_text_bytes_max = 32;
// Plain digits of the largest or the smallest double, and ".0".
constexpr size_t plain_text_bytes_max = 360;

// Each writes to `out`, which has room for the size named above, and answers the end.

char* write_integer(char* out, int64_t number);
// float8: 0.1, 1e+15, 1e-05, -0, Infinity, NaN.
char* write_real(char* out, double number);
// A real among texts, as SQLite shows it but with all its digits: 5.0, 1.0e+15, -Inf.
char* write_real_as_text(char* out, double number);
// numeric: plain digits, 5.0, 1000000000000000.0, 0.00001, Infinity.
char* write_real_as_numeric(char* out, double number);

// "00" to "99".
char* write_two_digits(char* out, unsigned number);

}  // namespace fairway::postgres
