#include "CRawWork.h"

void raw_fixture_name(int64_t index, char destination[21]) {
  // Twenty bytes: more than Swift keeps inside a String, so that an owned copy is a real one.
  memcpy(destination, "name-000000000000000", 21);
  for (int place = 19; place > 4 && index > 0; place--, index /= 10)
    destination[place] = (char)('0' + index % 10);
}

raw_row *raw_make_rows(int64_t count) {
  raw_row *rows = calloc((size_t)count + 1, sizeof *rows);
  for (int64_t index = 0; rows && index < count; index++) {
    rows[index].id = index + 1;
    raw_fixture_name(index, rows[index].name);
    rows[index].score = (double)index * 0.5;
    rows[index].has_note = index % 2 == 0;
  }
  return rows;
}
