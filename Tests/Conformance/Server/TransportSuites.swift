import Testing

/// The tests that use real sockets and real time, one after the other: side by side they would
/// delay each other until limits on time are missed.
@Suite(.serialized) struct TransportSuites {}
