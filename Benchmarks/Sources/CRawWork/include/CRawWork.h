#ifndef DOVETAIL_RAW_WORK_H
#define DOVETAIL_RAW_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// What the C loops over the databases' own libraries have in common.

/// What a loop did. The checksum lets two implementations prove that they read the same bytes.
typedef struct {
  int64_t operations;
  double seconds;
  /// Sum of the integers, and of length and last byte of every text.
  int64_t integers;
  /// Sum of the doubles.
  double doubles;
} raw_outcome;

/// Fills `destination` with the `index`th text of the fixture, 20 bytes and a final NUL.
void raw_fixture_name(int64_t index, char destination[21]);

/// Seconds of a clock that only runs forward.
static inline double raw_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// The next number of a sequence that Swift repeats in `IDSequence`.
static inline int64_t raw_next_id(uint64_t *state, int64_t rows) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return 1 + (int64_t)((*state >> 33) % (uint64_t)rows);
}

/// The id of the `index`th of many selects that run side by side, in whatever order.
static inline int64_t raw_id(int64_t index, uint64_t seed, int64_t rows) {
  uint64_t state = seed + (uint64_t)index;
  return raw_next_id(&state, rows);
}

/// A row to be inserted, as a program that has its data in memory holds it.
typedef struct {
  int64_t id;
  char name[21];
  double score;
  /// Whether the name is the note too; there is none otherwise.
  bool has_note;
} raw_row;

/// The rows with ids 1 to `count`; NULL without memory. To be freed.
raw_row *raw_make_rows(int64_t count);

/// Adds a text to the checksum, where it lies or from a copy of it; false without memory.
static inline bool raw_add_text(raw_outcome *outcome, const char *text, size_t length,
                                bool copying) {
  if (!copying) {
    outcome->integers += (int64_t)length + (length ? (unsigned char)text[length - 1] : 0);
    return true;
  }
  unsigned char *copy = malloc(length + 1);
  if (!copy) return false;
  memcpy(copy, text, length);
  copy[length] = 0;
  outcome->integers += (int64_t)length + (length ? copy[length - 1] : 0);
  free(copy);
  return true;
}

#endif
