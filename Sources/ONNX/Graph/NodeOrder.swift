/// Puts the nodes of a graph in an order in which every one comes after those it takes from, and checks the names.
///
/// Files should have them so; nodes that are in order stay as they are.
enum NodeOrder {
  /// - Throws: `ModelFailure` if a value is defined twice or never, or needs itself.
  static func apply(to graph: inout Subgraph) throws {
    var outer: [Set<String>] = []
    _ = try apply(to: &graph, outer: &outer)
  }

  /// - Parameter outer: the names that the graphs around define.
  /// - Returns: those of them that the graph uses.
  private static func apply(to graph: inout Subgraph, outer: inout [Set<String>]) throws -> Set<String> {
    let producers = try producers(in: graph)
    outer.append(Set(producers.keys))
    defer { outer.removeLast() }
    var free: Set<String> = []
    var needs: [[Int]] = []
    for index in graph.nodes.indices {
      var names = Set(graph.nodes[index].inputs.compactMap { $0 })
      for name in graph.nodes[index].attributes.keys.sorted() {
        guard case .graph(var inner)? = graph.nodes[index].attributes[name] else { continue }
        names.formUnion(try apply(to: &inner, outer: &outer))
        graph.nodes[index].attributes[name] = .graph(inner)
      }
      var needed: [Int] = []
      for name in names {
        if let producer = producers[name] {
          if let producer { needed.append(producer) }
        } else if outer.contains(where: { $0.contains(name) }) {
          free.insert(name)
        } else {
          throw ModelFailure.invalid("nothing gives “\(name)”, which \(graph.nodes[index].title) takes")
        }
      }
      needs.append(needed)
    }
    for name in graph.outputs where producers[name] == nil {
      guard outer.contains(where: { $0.contains(name) }) else {
        throw ModelFailure.invalid("nothing gives “\(name)”, an output")
      }
      free.insert(name)
    }
    guard needs.indices.contains(where: { index in needs[index].contains { $0 >= index } }) else { return free }
    graph.nodes = try order(graph.nodes, needs).map { graph.nodes[$0] }
    return free
  }

  /// The node that gives each value; `nil` for inputs and constants.
  private static func producers(in graph: Subgraph) throws -> [String: Int?] {
    var producers: [String: Int?] = [:]
    for name in graph.constants.keys { producers[name] = .some(nil) }
    for name in graph.inputs {
      guard producers.updateValue(nil, forKey: name) == nil else {
        throw ModelFailure.invalid("“\(name)” is defined twice, once as an input")
      }
    }
    for (index, node) in graph.nodes.enumerated() {
      for case let name? in node.outputs {
        guard producers.updateValue(index, forKey: name) == nil else {
          throw ModelFailure.invalid("“\(name)” is defined twice, the second time by \(node.title)")
        }
      }
    }
    return producers
  }

  /// The positions of `nodes` in an order in which every one comes after those it needs.
  private static func order(_ nodes: [Node], _ needs: [[Int]]) throws -> [Int] {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: nodes.count)
    var order: [Int] = []
    for first in nodes.indices where marks[first] == .new {
      // Depth first, without recursion: chains may be long.
      var path = [(node: first, next: 0)]
      marks[first] = .open
      while let (node, next) = path.last {
        guard next < needs[node].count else {
          marks[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let needed = needs[node][next]
        switch marks[needed] {
        case .done: break
        case .open: throw ModelFailure.invalid("\(nodes[needed].title) needs what is computed from its own output")
        case .new:
          marks[needed] = .open
          path.append((needed, 0))
        }
      }
    }
    return order
  }
}

extension Node {
  /// What messages call it.
  fileprivate var title: String { "\(operatorName) “\(name)”" }
}
