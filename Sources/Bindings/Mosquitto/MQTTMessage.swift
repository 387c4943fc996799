/// A message, sent or received.
package struct MQTTMessage: Sendable, Equatable {
    /// The quality of service.
    package enum Quality: Int32, Sendable {
        /// At most once: it is not acknowledged.
        case atMostOnce = 0
        /// At least once: the broker acknowledges it.
        case atLeastOnce = 1
    }

    package var topic: String
    package var payload: [UInt8]
    package var quality: Quality
    /// Whether the broker must retain it for later subscribers, or has retained it.
    package var isRetained: Bool

    /// A message.
    package init(
        topic: String, payload: [UInt8], quality: Quality = .atLeastOnce, isRetained: Bool = false
    ) {
        self.topic = topic
        self.payload = payload
        self.quality = quality
        self.isRetained = isRetained
    }

    /// A message of text.
    package init(
        topic: String, _ text: String, quality: Quality = .atLeastOnce, isRetained: Bool = false
    ) {
        self.init(
            topic: topic, payload: Array(text.utf8), quality: quality, isRetained: isRetained)
    }

    /// The payload as text; invalid UTF-8 becomes U+FFFD.
    package var text: String { String(decoding: payload, as: UTF8.self) }
}

/// An event of a client, reported on its own thread, in order, and never after `stop` has returned.
package enum MQTTEvent: Sendable, Equatable {
    /// The connection is up, and the subscriptions are being renewed.
    case connected
    /// The connection is lost, or an attempt failed; a reconnection follows by itself.
    case disconnected(MQTTError)
    /// A message on a subscribed topic.
    case received(MQTTMessage)
    /// The broker does not allow a subscription or a posted message, or it cannot be sent as it is.
    case forbidden(MQTTError)
    /// A message was longer than allowed (bytes) and was dropped.
    case refused(topic: String, bytes: Int)
}
