/* Debian's compiler-rt for wasm was built with the stack protector, its wasi-libc without: 128-bit
   arithmetic would not link. Weak, because wasi-sdk's libc has both symbols. */
#include <stdint.h>

__attribute__((weak)) uintptr_t __stack_chk_guard = 0x2b7e1516;

__attribute__((weak, noreturn)) void __stack_chk_fail(void) { __builtin_trap(); }
