private import CMosquitto

/// One connection to a broker: libmosquitto's handle, from the attempt to the end.
///
/// Each attempt has its own handle, so that no message of an older connection is sent again on a
/// new one: an hour-old command to open a door must not be executed.
///
/// ## Concurrency
/// Confined to the `mqtt` thread. The callbacks run inside of `open`, `work` and the calls that
/// send; their reports are kept until `takeEvents`.
final class BrokerConnection {
    /// What a callback reported.
    enum Happening {
        case greeted(reason: Int32)
        case closed(reason: Int32)
        case published(mid: Int32, reason: Int32)
        case subscribed(mid: Int32, granted: Int32)
        case received(MQTTMessage)
        case refused(topic: String, bytes: Int)
    }

    /// The protocol version.
    enum Version: Sendable {
        case five, three

        var code: Int32 { Int32(self == .five ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311) }
    }

    /// The most that a packet has besides its payload (bytes).
    private static let headBytes = MQTTTopic.maximumBytes + 1024
    /// Reason codes from this one on are failures (MQTT 5.0, section 2.4).
    static let firstFailure: Int32 = 0x80

    private let settings: BrokerSettings
    private let version: Version
    // Created in `init` with this object as its context, which therefore must outlive it: `deinit`
    // frees it.
    private var client: OpaquePointer?
    private var happenings: [Happening] = []
    /// Whether the connection was made, so that messages may have been sent.
    private var isOpen = false
    /// OpenSSL's last error text.
    private var complaint = ""

    /// Creates a handle; throws if libmosquitto refuses a setting, or memory is short.
    init(_ settings: BrokerSettings, version: Version) throws(MQTTError) {
        self.settings = settings
        self.version = version
        let owner = Unmanaged.passUnretained(self).toOpaque()
        client = cmosquitto_new(settings.clientID, settings.isCleanSession, owner)
        guard client != nil else { throw .unavailable("the client id is not valid") }
        cmosquitto_set_callbacks(
            client, onConnect, onDisconnect, onPublish, onSubscribe, onMessage, onLog)
        try check(cmosquitto_set_version(client, version.code))
        try logIn()
        if let will = settings.will {
            try check(
                cmosquitto_set_will(
                    client, will.topic, Int32(will.payload.count), will.payload,
                    will.quality.rawValue, will.isRetained))
        }
        try protect()
    }

    deinit {
        if let client { cmosquitto_destroy(client) }
    }

    private func logIn() throws(MQTTError) {
        let password: String?
        do {
            password = try settings.password?()
        } catch {
            throw .unavailable("\(error)")
        }
        guard !settings.user.isEmpty || password != nil else { return }
        try check(cmosquitto_set_login(client, settings.user, password))
    }

    /// Debian's folder, in which OpenSSL looks them up by the hash of the name.
    private static let systemAuthorities = "/etc/ssl/certs"

    private func protect() throws(MQTTError) {
        let (certificate, key) = (
            settings.clientCertificate?.file, settings.clientCertificate?.keyFile
        )
        let result =
            switch settings.protection {
            case .none: Int32(MOSQ_ERR_SUCCESS.rawValue)
            case .system:
                cmosquitto_set_tls(client, nil, Self.systemAuthorities, certificate, key)
            case .authority(let file): cmosquitto_set_tls(client, file, nil, certificate, key)
            }
        guard result == MOSQ_ERR_SUCCESS.rawValue else {
            throw .untrusted(
                broker: settings.place, reason: "a file of certificates or keys cannot be read")
        }
    }

    private func check(_ result: Int32) throws(MQTTError) {
        if result != MOSQ_ERR_SUCCESS.rawValue { throw error(result) }
    }

    // MARK: - The line

    /// Resolves the name, connects and sends the greeting; blocks meanwhile.
    ///
    /// The corresponding C function is `mosquitto_connect_bind_v5`.
    func open() throws(MQTTError) {
        try check(
            cmosquitto_connect(
                client, settings.host, Int32(settings.port), Int32(settings.keepAliveSeconds),
                version.code, UInt32(settings.payloadLimitBytes + Self.headBytes)))
        isOpen = true
    }

    /// The descriptor to wait for; negative when the connection is lost.
    var socket: Int32 { cmosquitto_socket(client) }

    /// Whether something waits to be written.
    var wantsWrite: Bool { cmosquitto_want_write(client) }

    /// Reads, writes, and keeps the line alive.
    func work(readable: Bool, writable: Bool) throws(MQTTError) {
        if readable { try check(cmosquitto_read(client)) }
        if writable { try check(cmosquitto_write(client)) }
        try check(cmosquitto_misc(client))
    }

    /// Disconnects in order, so that the broker does not publish the will.
    func bidFarewell() { _ = cmosquitto_disconnect(client) }

    // MARK: - What is sent

    /// Queues a message; returns its packet identifier.
    func publish(_ message: MQTTMessage) throws(MQTTError) -> Int32 {
        var mid: Int32 = 0
        try check(
            cmosquitto_publish(
                client, &mid, message.topic, Int32(message.payload.count), message.payload,
                message.quality.rawValue, message.isRetained))
        return mid
    }

    /// Subscribes to messages; returns the packet identifier.
    ///
    /// The broker sends retained messages only if they are wanted.
    func subscribe(to filter: String, includesRetained: Bool) throws(MQTTError) -> Int32 {
        var mid: Int32 = 0
        let options =
            version == .five && !includesRetained
            ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEVER.rawValue) : 0
        try check(
            cmosquitto_subscribe(
                client, &mid, filter, MQTTMessage.Quality.atLeastOnce.rawValue, options))
        return mid
    }

    /// Unsubscribes from messages.
    func unsubscribe(from filter: String) { _ = cmosquitto_unsubscribe(client, filter) }

    // MARK: - What is reported

    /// Takes the callbacks' reports since the last call.
    func takeEvents() -> [Happening] {
        defer { happenings = [] }
        return happenings
    }

    /// The text of a reason code.
    func text(ofReason reason: Int32) -> String {
        let text = String(cString: cmosquitto_reason_text(reason, version.code))
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private func error(_ result: Int32) -> MQTTError {
        let text = String(cString: cmosquitto_error_text(result))
        let reason = text.hasSuffix(".") ? String(text.dropLast()) : text
        switch UInt32(bitPattern: result) {
        case UInt32(MOSQ_ERR_EAI.rawValue), UInt32(MOSQ_ERR_LOOKUP.rawValue):
            return .unresolved(broker: settings.place)
        // libmosquitto 2.0.2x sometimes reports a refusal by OpenSSL as a system error, such as
        // EPROTO; its log has OpenSSL's text.
        case UInt32(MOSQ_ERR_ERRNO.rawValue) where !isOpen && complaint.contains("certificate"):
            return .untrusted(broker: settings.place, reason: complaint)
        case UInt32(MOSQ_ERR_ERRNO.rawValue):
            return isOpen
                ? .lost(broker: settings.place, reason: reason)
                : .unreachable(broker: settings.place, reason: reason)
        case UInt32(MOSQ_ERR_TLS.rawValue), UInt32(MOSQ_ERR_TLS_HANDSHAKE.rawValue):
            return .untrusted(
                broker: settings.place, reason: complaint.isEmpty ? reason : complaint)
        case UInt32(MOSQ_ERR_OVERSIZE_PACKET.rawValue):
            return .malformed("the broker takes no message that long")
        case UInt32(MOSQ_ERR_INVAL.rawValue), UInt32(MOSQ_ERR_PAYLOAD_SIZE.rawValue),
            UInt32(MOSQ_ERR_MALFORMED_UTF8.rawValue), UInt32(MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue),
            UInt32(MOSQ_ERR_RETAIN_NOT_SUPPORTED.rawValue):
            return .malformed(reason)
        default:
            return .lost(broker: settings.place, reason: complaint.isEmpty ? reason : complaint)
        }
    }

    fileprivate func tell(_ happening: Happening) { happenings.append(happening) }

    fileprivate func take(topic: String, _ payload: UnsafeRawBufferPointer, isRetained: Bool) {
        guard payload.count <= settings.payloadLimitBytes else {
            return tell(.refused(topic: topic, bytes: payload.count))
        }
        tell(.received(MQTTMessage(topic: topic, payload: Array(payload), isRetained: isRetained)))
    }

    fileprivate func note(_ text: String) {
        // "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"
        complaint = text.split(separator: ":").last.map(String.init) ?? text
    }
}

// The context is the connection that set it, which outlives its handle.
private func connection(_ owner: UnsafeMutableRawPointer?) -> BrokerConnection? {
    owner.map { Unmanaged<BrokerConnection>.fromOpaque($0).takeUnretainedValue() }
}

private func onConnect(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?, _ reason: Int32, _: Int32,
    _: OpaquePointer?
) {
    connection(owner)?.tell(.greeted(reason: reason))
}

private func onDisconnect(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?, _ reason: Int32, _: OpaquePointer?
) {
    connection(owner)?.tell(.closed(reason: reason))
}

private func onPublish(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?, _ mid: Int32, _ reason: Int32,
    _: OpaquePointer?
) {
    connection(owner)?.tell(.published(mid: mid, reason: reason))
}

private func onSubscribe(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?, _ mid: Int32, _ count: Int32,
    _ granted: UnsafePointer<Int32>?, _: OpaquePointer?
) {
    // There is one filter in a request, so there is one answer.
    let first = count > 0 ? granted?.pointee : nil
    connection(owner)?.tell(
        .subscribed(mid: mid, granted: first ?? BrokerConnection.firstFailure))
}

private func onMessage(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?,
    _ message: UnsafePointer<mosquitto_message>?, _: OpaquePointer?
) {
    guard let message = message?.pointee, let topic = message.topic else { return }
    let payload = UnsafeRawBufferPointer(
        start: message.payload, count: Int(max(0, message.payloadlen)))
    connection(owner)?.take(
        topic: String(cString: topic), payload, isRetained: message.retain)
}

private func onLog(
    _: OpaquePointer?, _ owner: UnsafeMutableRawPointer?, _ level: Int32,
    _ text: UnsafePointer<CChar>?
) {
    guard level == MOSQ_LOG_ERR, let text else { return }
    connection(owner)?.note(String(cString: text))
}
