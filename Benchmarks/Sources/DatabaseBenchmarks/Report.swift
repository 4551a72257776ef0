import Glibc

/// Prints a line at once, also into a pipe: a run takes minutes.
func report(_ line: String) {
  print(line)
  fflush(nil)
}
