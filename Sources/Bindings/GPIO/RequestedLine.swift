private import CGPIO

/// A requested line, released with its owner.
struct RequestedLine: ~Copyable {
    // How many edges one call takes; the kernel queues no more for a line.
    private static let edgeLimit = 16

    private let name: LineName
    private let handle: martlet_gpio_line

    /// Takes a line as output with an initial value.
    init(
        output name: LineName, activeLow: Bool, initial: Bool, consumer: String
    ) throws(GPIOError) {
        var line = martlet_gpio_line()
        try Self.request(name) { path, offset in
            martlet_gpio_request_output(path, offset, consumer, activeLow, initial, &line)
        }
        self.name = name
        handle = line
    }

    /// Takes a line as input that reports both edges; if `kernelFilters`, only of levels that last
    /// for the given time.
    init(
        input name: LineName, activeLow: Bool, bias: LineBias, filterMicroseconds: Int32,
        consumer: String
    ) throws(GPIOError) {
        var line = martlet_gpio_line()
        try Self.request(name) { path, offset in
            martlet_gpio_request_input(
                path, offset, consumer, activeLow, bias.code, UInt32(max(0, filterMicroseconds)),
                &line)
        }
        self.name = name
        handle = line
    }

    /// Whether the kernel can filter out levels that are shorter than a time.
    static var kernelFilters: Bool { martlet_gpio_kernel_filters() }

    deinit {
        martlet_gpio_release(handle)
    }

    /// Readable when edges wait; closed with the line.
    var descriptor: Int32 { martlet_gpio_descriptor(handle) }

    /// Whether the line is active.
    func get() throws(GPIOError) -> Bool {
        let name = name
        return try GPIOError.check("gpiod_line_get_value", or: { .failed(line: name, code: $0) }) {
            martlet_gpio_get(handle)
        } > 0
    }

    func set(_ isActive: Bool) throws(GPIOError) {
        let name = name
        try GPIOError.check("gpiod_line_set_value", or: { .failed(line: name, code: $0) }) {
            martlet_gpio_set(handle, isActive)
        }
    }

    /// Takes the waiting edges, as the kernel saw them.
    func takeEdges() throws(GPIOError) -> [Edge] {
        let name = name
        var taken = [martlet_gpio_edge](repeating: martlet_gpio_edge(), count: Self.edgeLimit)
        let count = try GPIOError.check(
            "gpiod_line_read_edge_events", or: { .failed(line: name, code: $0) },
            { martlet_gpio_edges(handle, &taken, Int32(taken.count)) })
        return taken.prefix(Int(count)).map {
            Edge(timestamp: $0.nanoseconds, isPress: $0.is_active)
        }
    }

    /// Finds the line and makes the request.
    private static func request(
        _ name: LineName, _ body: (String, UInt32) -> Int32
    ) throws(GPIOError) {
        let chips = GPIOCatalogue.chips()
        let (path, offset) = try name.resolve(in: chips)
        let holder = chips.first { $0.path == path }?.lines[Int(offset)].consumer
        try GPIOError.check(
            "gpiod_chip_request_lines",
            or: { .requesting(name, holder: holder, path: path, code: $0) },
            { body(path, offset) })
    }
}

extension LineBias {
    fileprivate var code: martlet_gpio_bias {
        switch self {
        case .asIs: MARTLET_GPIO_BIAS_AS_IS
        case .none: MARTLET_GPIO_BIAS_NONE
        case .pullUp: MARTLET_GPIO_BIAS_PULL_UP
        case .pullDown: MARTLET_GPIO_BIAS_PULL_DOWN
        }
    }
}
