import Diagnostics

extension AttackKind {
  /// The attack called `name` whose `parameters` are these: what a run recorded of it, made again.
  ///
  ///     AttackKind.attack(named: a.name, parameters: a.parameters)  is  a
  ///
  /// - Throws: `InputError` of kind `.file` if there is no such attack, or if it would print other parameters.
  public static func attack(named name: String, parameters: [AttackParameter]) throws -> any Attack {
    let printed = "\(name)(\(parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
    let unknown = InputError(
      .file, printed, "is no attack that this version of robust can make again",
      remedy: "use the version of robust that made the run")
    guard let kind = AttackKind(rawValue: name),
      let attack = try? kind.attack(recorded: Dictionary(parameters.map { ($0.name, $0.value) }) { first, _ in first }),
      attack.parameters == parameters
    else { throw unknown }
    return attack
  }

  /// The attack with these parameters; those that it does not have are ignored.
  private func attack(recorded parameters: [String: String]) throws -> any Attack {
    var settings = Settings(objective: try parameters["objective"].map { try Objective(parsing: $0) })
    settings.startsAtRandom = parameters["startsAtRandom"] == "true"
    settings.isOnLattice = parameters["lattice"] == "true"
    if parameters["steps"] == Compatibility.kurakin.rawValue {
      settings.compatibility = .kurakin
    } else {
      settings.steps = parameters["steps"].flatMap { Int($0) }
      settings.relativeStepSize = parameters["relativeStepSize"].flatMap { Float($0) }
      settings.absoluteStepSize = try parameters["stepSize"].map { try StepSize.absolute(parsing: $0) }
    }
    let attack = try attack(settings)
    guard parameters["takesAllSteps"] == "true", var thorough = attack as? BIM else { return attack }
    thorough.takesAllSteps = true
    return thorough
  }
}
