import Foundation

/// An authority that has signed no server's certificate.
enum ForeignAuthority {
  /// A file with its certificate.
  static func file() throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "dovetail_c_authority.pem")
    try certificate.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBqzCCAVGgAwIBAgIUUJEgr9TBWuEdHRtCxF0PJyEq5BIwCgYIKoZIzj0EAwIw
    KjEoMCYGA1UEAwwfYW4gYXV0aG9yaXR5IHRoYXQgbm9ib2R5IHRydXN0czAgFw0y
    NjExMjgxNzU0NDlaGA8yMTI2MTEwNDE3NTQ0OVowKjEoMCYGA1UEAwwfYW4gYXV0
    aG9yaXR5IHRoYXQgbm9ib2R5IHRydXN0czBZMBMGByqGSM49AgEGCCqGSM49AwEH
    A0IABOzKEb81QD8jijGl/eb8whYA/WahRKJzEI2w9jglgRuBznHynVeRz6Y7l9AO
    ObGz5TrYgieKTnIkcrqsCaBBXiKjUzBRMB0GA1UdDgQWBBT4A5fYCfK9k72UEURv
    AMilwaOlzTAfBgNVHSMEGDAWgBT4A5fYCfK9k72UEURvAMilwaOlzTAPBgNVHRMB
    Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCICICl+05RqZLH2wzUNaIYEklNP70
    UvPQ8kx9KJYnvoiWAiEAm6QW2xQpWU1B8LykGfbBic038EyK+9Xve4vNqHEXwTU=
    -----END CERTIFICATE-----

    """
}
