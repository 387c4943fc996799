private import CALSA
private import Glibc

/// A sound card of the kernel, with the properties for choosing between cards.
package struct SoundCard: Sendable, Equatable {
    /// One device of a card, for one direction.
    package struct Device: Sendable, Equatable {
        /// The number after DEV=; unlike a card's number, it is the driver's own and constant.
        package let number: Int32
        /// As the driver has it: "USB Audio", "HDMI 0".
        package let name: String
        /// The driver's other name for it; for a card made of several parts it names the parts:
        /// "bcm2835-i2s-dmic-hifi dmic-hifi-0".
        package let id: String

        /// Describes a device.
        package init(number: Int32, name: String, id: String = "") {
            self.number = number
            self.name = name
            self.id = id
        }
    }

    /// The kernel's number, which depends on the order in which drivers found their cards.
    package let number: Int32
    /// The identifier, which is constant: "Headset".
    package let id: String
    /// "USB-Audio", "vc4-hdmi", "Loopback".
    package let driver: String
    /// For people: "Jabra SPEAK 510 USB".
    package let name: String
    package let captures: [Device]
    package let playbacks: [Device]

    /// Describes a card.
    package init(
        number: Int32, id: String, driver: String, name: String, captures: [Device],
        playbacks: [Device]
    ) {
        self.number = number
        self.id = id
        self.driver = driver
        self.name = name
        self.captures = captures
        self.playbacks = playbacks
    }

    /// The devices of a direction.
    package func devices(_ direction: StreamDirection) -> [Device] {
        direction == .capture ? captures : playbacks
    }

    /// The cards that are plugged in, in the order of their numbers.
    ///
    /// A card that cannot be queried, since it is being unplugged, is left out. The corresponding C
    /// functions are `snd_card_next`, `snd_ctl_card_info` and `snd_ctl_pcm_info`.
    package static func all() -> [SoundCard] {
        var cards: [SoundCard] = []
        var number: Int32 = -1
        while snd_card_next(&number) == 0, number >= 0 {
            if let card = read(number) { cards.append(card) }
        }
        return cards
    }

    /// Whether any card is plugged in, even one that this account may not use.
    static var areThere: Bool {
        var number: Int32 = -1
        return snd_card_next(&number) == 0 && number >= 0
    }

    private static func read(_ number: Int32) -> SoundCard? {
        var control: OpaquePointer?
        guard snd_ctl_open(&control, "hw:\(number)", SND_CTL_READONLY) == 0, let control
        else { return nil }
        defer { snd_ctl_close(control) }
        var info: OpaquePointer?
        guard snd_ctl_card_info_malloc(&info) == 0, let info else { return nil }
        defer { snd_ctl_card_info_free(info) }
        guard snd_ctl_card_info(control, info) == 0 else { return nil }
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
        }
        return SoundCard(
            number: number, id: text(snd_ctl_card_info_get_id(info)),
            driver: text(snd_ctl_card_info_get_driver(info)),
            name: text(snd_ctl_card_info_get_name(info)), captures: devices(control, .capture),
            playbacks: devices(control, .playback))
    }

    private static func devices(
        _ control: OpaquePointer, _ direction: StreamDirection
    ) -> [Device] {
        var info: OpaquePointer?
        guard snd_pcm_info_malloc(&info) == 0, let info else { return [] }
        defer { snd_pcm_info_free(info) }
        var devices: [Device] = []
        var number: Int32 = -1
        while snd_ctl_pcm_next_device(control, &number) == 0, number >= 0 {
            snd_pcm_info_set_device(info, UInt32(number))
            snd_pcm_info_set_subdevice(info, 0)
            snd_pcm_info_set_stream(
                info, direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK)
            guard snd_ctl_pcm_info(control, info) == 0 else { continue }
            let name = snd_pcm_info_get_name(info).map { String(cString: $0) } ?? ""
            let id = snd_pcm_info_get_id(info).map { String(cString: $0) } ?? ""
            devices.append(Device(number: number, name: name, id: id))
        }
        return devices
    }
}
