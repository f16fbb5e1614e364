/* Sorts records by two keys, with a function pointer, and numbers in place. */
#include <stddef.h>

#include "program.h"

#define COUNT 300

struct record {
  int32_t key;
  uint16_t order;
  int8_t tag;
};

static struct record records[COUNT];
static int32_t numbers[COUNT];

static int by_key(const struct record *a, const struct record *b) {
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->order < b->order ? -1 : 1;
}

static int by_tag(const struct record *a, const struct record *b) {
  if (a->tag != b->tag) return a->tag < b->tag ? -1 : 1;
  return by_key(a, b);
}

static void insert_records(int (*compare)(const struct record *, const struct record *)) {
  for (size_t i = 1; i < COUNT; ++i) {
    const struct record moved = records[i];
    size_t j = i;
    for (; j > 0 && compare(&moved, &records[j - 1]) < 0; --j) records[j] = records[j - 1];
    records[j] = moved;
  }
}

static void sift_down(size_t root, size_t end) {
  for (size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
    if (child + 1 < end && numbers[child] < numbers[child + 1]) ++child;
    if (numbers[root] >= numbers[child]) return;
    const int32_t moved = numbers[root];
    numbers[root] = numbers[child];
    numbers[child] = moved;
    root = child;
  }
}

static void sort_heap(void) {
  for (size_t i = COUNT / 2; i > 0; --i) sift_down(i - 1, COUNT);
  for (size_t end = COUNT - 1; end > 0; --end) {
    const int32_t largest = numbers[0];
    numbers[0] = numbers[end];
    numbers[end] = largest;
    sift_down(0, end);
  }
}

uint32_t program(void) {
  uint32_t state = 1;
  for (size_t i = 0; i < COUNT; ++i) {
    numbers[i] = (int32_t)next_random(&state);
    records[i].key = (int32_t)(next_random(&state) >> 28) - 8;
    records[i].order = (uint16_t)i;
    records[i].tag = (int8_t)(next_random(&state) >> 24);
  }
  uint32_t result = 0;
  insert_records(by_key);
  for (size_t i = 0; i < COUNT; ++i) result = digest(result, records[i].order);
  insert_records(by_tag);
  for (size_t i = 0; i < COUNT; ++i) result = digest(result, records[i].order);
  sort_heap();
  for (size_t i = 0; i < COUNT; ++i) result = digest(result, (uint32_t)numbers[i]);
  return result;
}
