import DriverAPI

/// The package's lock under a name of this module, so that the chat itself imports no SQL.
typealias Mutex = DriverAPI.Mutex
