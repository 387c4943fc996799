package import Daemon
internal import Linux
internal import WireCodec

/// Where the key of the service is stored.
package struct KeyPlace: Sendable {
    /// The credential that systemd decrypts; nil: the unit loads none.
    let sealed: String?
    /// The credential that it hands over as it is.
    let plain: String?
    /// A file of the daemon's user, where there is no unit that loads one.
    let file: String

    /// The places of an installed unit; nil: there is none.
    ///
    /// `folder` is that of the settings.
    package init(_ unit: ServiceUnit?, folder: String) {
        sealed = unit?.sealedCredentials[Credentials.sealedName]
        plain = unit?.credentials[Credentials.credentialName]
        file = "\(folder)/gemini-api-key"
    }

    /// Whether the settings have to name it.
    var isNamedBySettings: Bool { sealed == nil && plain == nil }

    /// The credential of these that is there, the strongest first; nil: there is none.
    var existing: String? { [sealed, plain].compactMap { $0 }.first(where: Files.exists) }

    /// Whether systemd can encrypt for this machine; tried with what is no secret.
    func canSeal() -> Bool {
        guard sealed != nil else { return false }
        return (try? Self.sealing(Secret("probe"))) ?? nil != nil
    }

    /// A secret as systemd encrypts it; nil where it cannot.
    ///
    /// The secret lies in a folder of the memory's, of root alone, meanwhile.
    static func sealing(_ secret: Secret) throws -> [UInt8]? {
        let folder = "/run/martlet-setup-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(folder, mode: 0o700)
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/plain", Array(secret.revealed.utf8), mode: 0o600)
        guard
            SealedCredential.seal(
                "\(folder)/plain", name: Credentials.sealedName, into: "\(folder)/sealed")
        else { return nil }
        return try Files.read("\(folder)/sealed", limitBytes: 1 << 20)
    }
}
