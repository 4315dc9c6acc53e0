#include "tests/world/pool.h"

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if __has_feature(address_sanitizer) || defined(__wasm__)

namespace fairway::test {
void give_sqlite_the_pool() {}
}  // namespace fairway::test

#else

namespace {

constexpr size_t step = 16;
constexpr size_t pooled_max = 4096;
constexpr size_t chunk_bytes = 1 << 20;

// Stands before every block; as large as the strictest alignment.
struct alignas(step) Head {
  size_t size;  // with the head, a multiple of `step`
};
struct Block {
  Block* next;
};

Block* free_blocks[pooled_max / step + 1];
char* chunk;
size_t chunk_left;

void* made(void* place, size_t size) {
  if (place == nullptr) std::abort();
  return new (place) Head{size} + 1;
}

Head* head_of(void* block) { return static_cast<Head*>(block) - 1; }

void* take(size_t wanted) {
  size_t size = (wanted + sizeof(Head) + step - 1) & ~(step - 1);
  if (size > pooled_max) return made(std::malloc(size), size);
  Block*& first = free_blocks[size / step];
  if (first != nullptr) {
    void* place = first;
    first = first->next;
    return made(place, size);
  }
  if (chunk_left < size) {
    chunk = static_cast<char*>(std::malloc(chunk_bytes));
    if (chunk == nullptr) std::abort();
    chunk_left = chunk_bytes;
  }
  void* place = chunk;
  chunk += size;
  chunk_left -= size;
  return made(place, size);
}

void give_back(void* block) {
  if (block == nullptr) return;
  Head* head = head_of(block);
  size_t size = head->size;
  if (size > pooled_max) return std::free(head);
  free_blocks[size / step] = new (head) Block{free_blocks[size / step]};
}

size_t room_in(void* block) { return head_of(block)->size - sizeof(Head); }

void* sqlite_take(int wanted) { return take(size_t(wanted)); }
int sqlite_room(void* block) { return block == nullptr ? 0 : int(room_in(block)); }
int sqlite_round_up(int wanted) { return (wanted + 7) & ~7; }
int sqlite_start(void*) { return SQLITE_OK; }
void sqlite_stop(void*) {}

void* sqlite_take_more(void* block, int wanted) {
  if (room_in(block) >= size_t(wanted)) return block;
  void* larger = take(size_t(wanted));
  std::memcpy(larger, block, room_in(block));
  give_back(block);
  return larger;
}

}  // namespace

void* operator new(size_t size) { return take(size); }
void* operator new[](size_t size) { return take(size); }
void operator delete(void* block) noexcept { give_back(block); }
void operator delete[](void* block) noexcept { give_back(block); }
void operator delete(void* block, size_t) noexcept { give_back(block); }
void operator delete[](void* block, size_t) noexcept { give_back(block); }

namespace fairway::test {

void give_sqlite_the_pool() {
  static sqlite3_mem_methods methods = {&sqlite_take, &give_back,       &sqlite_take_more,
                                        &sqlite_room, &sqlite_round_up, &sqlite_start,
                                        &sqlite_stop, nullptr};
  if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK) std::abort();
}

}  // namespace fairway::test

#endif
