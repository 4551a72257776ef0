import DriverAPI

/// Dialects of engines that no driver of this package speaks to, set as an author of a driver would set
/// them from the manuals. What is written for them is compared as text, and none of it was run;
/// `OtherEngines.md` has the manuals.
enum OtherEngines {}
