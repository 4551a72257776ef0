/// One thing that goes wrong on the way between a driver and its server.
public struct Fault: Sendable, Hashable {
  /// Which way the bytes go.
  public enum Direction: String, Sendable, Hashable, CaseIterable {
    /// What the driver sends.
    case toServer
    /// What the server answers.
    case toClient
  }

  /// Where it goes wrong, counted from the moment the fault was armed, over all connections.
  public enum Point: Sendable, Hashable {
    /// Before that byte, from 0.
    case byte(Int)
    /// Before that message of the protocol, from 0.
    case message(Int)
  }

  /// What goes wrong.
  public enum Action: Sendable, Hashable {
    /// The connection is closed in both directions. What stands before the point arrives.
    case cut
    /// The connection is reset in both directions.
    case reset
    /// The bytes come so much later.
    case delay(Duration)
    /// Nothing more comes in this direction, and nobody hears of it.
    case stall
    /// From here on every byte arrives for itself.
    case split
  }

  /// Which way the bytes go.
  public var direction: Direction
  /// Where it goes wrong.
  public var point: Point
  /// What goes wrong.
  public var action: Action

  /// A fault.
  public init(_ action: Action, _ direction: Direction, at point: Point = .byte(0)) {
    self.action = action
    self.direction = direction
    self.point = point
  }
}
